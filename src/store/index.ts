import type { Database, Queries } from './client.js';
import { decisionStore } from './decisions.js';
import { HandoverStore } from './handovers.js';
import { IntroductionStore } from './introductions.js';
import { linkStore } from './links.js';
import { MailStore } from './mails.js';
import { MemberStore } from './members.js';
import { OwnershipStore } from './ownerships.js';
import { PeopleStore } from './people.js';
import { RelationshipStore } from './relationships.js';
import { TendingStore } from './tending.js';
import { tieStore } from './ties.js';
import { watermarkStore } from './watermarks.js';

/** What stores have to know: the domain of Message-IDs, and the key of hashes that outlive an erased address. */
export interface StoreSettings {
  readonly messageIdDomain: string;
  readonly hashKey: string;
}

/** The stores that a decision changes together. */
export function createStores(db: Queries, { messageIdDomain, hashKey }: StoreSettings) {
  return {
    handovers: new HandoverStore(db),
    ownerships: new OwnershipStore(db),
    people: new PeopleStore(db),
    decisions: decisionStore(db),
    mails: new MailStore(db, messageIdDomain),
    watermarks: watermarkStore(db),
    relationships: new RelationshipStore(db),
    introductions: new IntroductionStore(db),
    members: new MemberStore(db, hashKey),
    tending: new TendingStore(db),
    links: linkStore(db),
    ties: tieStore(db),
  };
}

export type Stores = ReturnType<typeof createStores>;

/** Runs work on stores that share one transaction: all of it is kept, or nothing. */
export function transactions(db: Database, settings: StoreSettings) {
  return <Result>(work: (stores: Stores) => Promise<Result>): Promise<Result> =>
    db.$transaction((tx) => work(createStores(tx, settings)), { timeout: 120_000, maxWait: 30_000 });
}
