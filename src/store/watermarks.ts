import type { Queries } from './client.js';

/** How far something has been read: `<connection>` by `reconcile` (the vendor's clock), `directory/<connection>` by the directory (ours). */
export function watermarkStore(db: Queries) {
  return {
    async get(connection: string): Promise<string | null> {
      return (await db.watermark.findUnique({ where: { connection } }))?.since ?? null;
    },
    async save(connection: string, since: string): Promise<void> {
      await db.watermark.upsert({ where: { connection }, create: { connection, since }, update: { since } });
    },
  };
}
