import type { FailureKind } from '../domain/failure.js';
import type { Day, Instant, RecordType } from '../domain/words.js';
import type { CallContext, Check } from './vendor.js';

/** A user of the CRM who can own records; `user` is the value that an owner field holds. */
export interface CrmUser {
  readonly user: string;
  readonly email: string | null;
  readonly active: boolean;
}

/** One record and one of its owner fields, naming the owner asked for. */
export interface OwnedRecord {
  readonly recordType: RecordType;
  readonly record: string;
  readonly field: string;
  readonly owner: string;
  /** The vendor's version or time of last change, opaque. */
  readonly version: string | null;
  /** The account (company) that the record travels with; its own id for an account; null when it hangs on none. */
  readonly account: string | null;
  /** In the CRM's currency; null when the CRM has none. */
  readonly value: number | null;
  /** Expected close of an open deal. */
  readonly closesOn: Day | null;
  /** False for closed deals and tickets. */
  readonly open: boolean;
  readonly lastActivity: Instant | null;
}

/** One page of a search by owner; `next` is null at the end and otherwise the cursor to go on with. */
export interface OwnedPage {
  readonly records: readonly OwnedRecord[];
  readonly next: string | null;
}

/** An owner field to read; a write adds the new value and a key known before the call. */
export interface FieldOfRecord {
  readonly record: string;
  readonly field: string;
}

/** What a field holds now; `gone` when the vendor says that the record does not exist any more, `failed` when it did not answer for this one. */
export type CurrentOwner =
  | (FieldOfRecord & { readonly state: 'present'; readonly owner: string | null; readonly version: string | null })
  | (FieldOfRecord & { readonly state: 'gone' })
  | (FieldOfRecord & { readonly state: 'failed'; readonly kind: FailureKind; readonly message: string });

export interface OwnerChange extends FieldOfRecord {
  readonly to: string;
  /** Sent as the vendor's idempotency key or trace id where it has one. */
  readonly key: string;
}

/** What the vendor answered for one record; accepted is not yet proven. */
export type ChangeResult =
  | (FieldOfRecord & { readonly state: 'accepted' })
  | (FieldOfRecord & { readonly state: 'failed'; readonly kind: FailureKind; readonly message: string });

/** A customer-relationship system. All methods throw VendorError; a batch never throws for a single record. */
export interface CrmPort {
  /** How many fields a `read` or a `write` may name at once, and how many calls may be under way. */
  readonly limits: { readonly batch: number; readonly concurrency: number };
  /** Record types that this CRM has. */
  readonly recordTypes: readonly RecordType[];
  /** All users, archived ones included. */
  users(context: CallContext): Promise<readonly CrmUser[]>;
  /** Records of one type that name this user in the owner field or a configured user field, by ascending id after the cursor. */
  owned(
    query: { readonly recordType: RecordType; readonly owner: string; readonly after: string | null },
    context: CallContext,
  ): Promise<OwnedPage>;
  /** How many accounts a user owns. */
  countAccounts(owner: string, context: CallContext): Promise<number>;
  /** Reads fields directly, never from a search index. At most `limits.batch`, all of one type; one answer per field asked. */
  read(
    query: { readonly recordType: RecordType; readonly fields: readonly FieldOfRecord[] },
    context: CallContext,
  ): Promise<readonly CurrentOwner[]>;
  /** Writes owner fields. At most `limits.batch`, all of one type; one answer per change. */
  write(
    batch: { readonly recordType: RecordType; readonly changes: readonly OwnerChange[] },
    context: CallContext,
  ): Promise<readonly ChangeResult[]>;
  /** Reachability and permissions, each with what to do when it fails. */
  check(context: CallContext): Promise<readonly Check[]>;
}
