import type { Queries } from './client.js';

/** How far `reconcile` has read each connection, by the vendor's clock. */
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
