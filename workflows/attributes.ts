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

/** The search attributes of a handover, upserted only when one of them changed: once a stage, never once a record. */
export class SearchAttributes {
  readonly #connection: string;
  #shown = '';

  constructor(connection: string) {
    this.#connection = connection;
  }

  show(view: HandoverView): void {
    const waitsFor = [...new Set(view.waitingFor.map(({ what }) => what))];
    const shown = JSON.stringify([view.stage, waitsFor, view.dueAt, view.parked.length]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    upsertSearchAttributes([
      { key: keys.stage, value: view.stage },
      { key: keys.connection, value: this.#connection },
      { key: keys.waitsFor, value: waitsFor },
      { key: keys.due, value: view.dueAt === null ? null : new Date(view.dueAt) },
      { key: keys.parked, value: view.parked.length },
      { key: keys.debts, value: 0 },
    ]);
  }
}
