import { upsertSearchAttributes } from '@temporalio/workflow';
import type { HandoverView } from './contract.js';

const keys = {
  stage: { name: 'BatonStage', type: 'KEYWORD' },
  connection: { name: 'BatonConnection', type: 'KEYWORD' },
  waitsFor: { name: 'BatonWaitsFor', type: 'KEYWORD_LIST' },
  due: { name: 'BatonDue', type: 'DATETIME' },
  parked: { name: 'BatonParked', type: 'INT' },
  debts: { name: 'BatonDebts', type: 'INT' },
} as const;

/** The search attributes of a handover: upserted when it enters another stage, waits for something else or parks, never once a record. */
export class SearchAttributes {
  readonly #connection: string;
  #standing = '';

  constructor(connection: string) {
    this.#connection = connection;
  }

  show(view: HandoverView): void {
    const waitsFor = [...new Set(view.waitingFor.map(({ what }) => what))];
    const debts = view.debts ?? 0;
    const standing = JSON.stringify([view.stage, waitsFor, view.parked.length, debts]);
    if (standing === this.#standing) return;
    const isFirst = this.#standing === '';
    this.#standing = standing;
    upsertSearchAttributes([
      { key: keys.stage, value: view.stage },
      { key: keys.waitsFor, value: waitsFor },
      { key: keys.due, value: view.dueAt === null ? null : new Date(view.dueAt) },
      { key: keys.parked, value: view.parked.length },
      { key: keys.debts, value: debts },
      ...(isFirst ? [{ key: keys.connection, value: this.#connection }] : []),
    ]);
  }
}
