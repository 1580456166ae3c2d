import type { Database, Queries } from './client.js';
import { decisionStore } from './decisions.js';
import { HandoverStore } from './handovers.js';
import { mailStore } from './mails.js';
import { OwnershipStore } from './ownerships.js';
import { PeopleStore } from './people.js';
import { watermarkStore } from './watermarks.js';

/** The stores that a decision changes together. */
export function createStores(db: Queries, messageIdDomain: string) {
  return {
    handovers: new HandoverStore(db),
    ownerships: new OwnershipStore(db),
    people: new PeopleStore(db),
    decisions: decisionStore(db),
    mails: mailStore(db, messageIdDomain),
    watermarks: watermarkStore(db),
  };
}

export type Stores = ReturnType<typeof createStores>;

/** Runs work on stores that share one transaction: all of it is kept, or nothing. */
export function transactions(db: Database, messageIdDomain: string) {
  return <Result>(work: (stores: Stores) => Promise<Result>): Promise<Result> =>
    db.$transaction((tx) => work(createStores(tx, messageIdDomain)), { timeout: 120_000, maxWait: 30_000 });
}
