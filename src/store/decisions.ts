import type { Queries } from './client.js';
import { newId } from './ids.js';

/** Who decided what and why; a row is written before the signal or update that refers to it. */
export function decisionStore(db: Queries) {
  return {
    /** Writes a decision and returns its id, which is also the update's id. */
    async write(decision: {
      readonly handoverId: string;
      readonly action: string;
      readonly input: object;
      readonly by: string | null;
      readonly comment?: string | undefined;
    }): Promise<string> {
      const row = await db.decision.create({
        data: { id: newId('d-'), ...decision, input: { ...decision.input }, comment: decision.comment ?? null },
      });
      return row.id;
    },

    /** A decision of this handover, or null: an id that points elsewhere proves nobody's identity. */
    async find(handoverId: string, id: string) {
      return db.decision.findFirst({ where: { id, handoverId } });
    },

    /** Notes what became of a decision; a message without a row of this handover gets one, by an operator whose identity nobody verified. */
    async conclude(handoverId: string, id: string, action: string, input: object, result: string): Promise<void> {
      const { count } = await db.decision.updateMany({ where: { id, handoverId }, data: { result } });
      if (count > 0) return;
      const data = { handoverId, action, input: { ...input }, by: null, result };
      const isTaken = (await db.decision.count({ where: { id } })) > 0;
      await db.decision.create({ data: { ...data, id: isTaken ? newId('d-') : id } });
    },

    async list(handoverId: string) {
      return db.decision.findMany({ where: { handoverId }, orderBy: { at: 'asc' } });
    },
  };
}

/** The store of decisions. */
export type DecisionStore = ReturnType<typeof decisionStore>;
