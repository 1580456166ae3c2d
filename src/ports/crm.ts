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

/** A contact as the CRM describes it; null is what it does not know or may not tell. */
export interface ContactCard {
  readonly record: string;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  /** A language tag in lower case, `nl` or `nl-be`. */
  readonly language: string | null;
  /** An IANA name, `Europe/Amsterdam`. */
  readonly timeZone: string | null;
  /** The account that the contact belongs to, and its name. */
  readonly account: string | null;
  readonly accountName: string | null;
  readonly jobTitle: string | null;
  /** The person's page in a professional network, as somebody wrote it into the CRM. */
  readonly profileUrl: string | null;
  readonly lastActivity: Instant | null;
  /** The newest answer of the contact that the CRM logged. */
  readonly lastReplied: Instant | null;
  /** True when the CRM says that nobody may write to this person; false also where no such field is configured. */
  readonly doNotContact: boolean;
}

/** An account as the CRM describes it. */
export interface AccountCard {
  readonly record: string;
  readonly name: string | null;
  /** In the CRM's currency; null when the CRM has none. */
  readonly value: number | null;
  readonly lastActivity: Instant | null;
  /** When the contract runs out or renews. */
  readonly renewsOn: Day | null;
}

/** One page of all contacts; `next` is null at the end and otherwise the cursor to go on with. */
export interface ContactPage {
  readonly contacts: readonly ContactCard[];
  readonly next: string | null;
}

/** A person to be kept as a contact; null fields leave what the CRM has. `key` traces the write where the vendor can. */
export interface PersonToSave {
  readonly email: string;
  readonly givenName: string | null;
  readonly familyName: string | null;
  readonly company: string | null;
  readonly jobTitle: string | null;
  readonly key: string;
}

/** The people in a CRM, beyond who owns them. */
export interface CrmContacts {
  /** Reads contacts directly, any number, in the order asked; those that are gone are left out. */
  read(records: readonly string[], context: CallContext): Promise<readonly ContactCard[]>;
  /** Reads accounts directly, any number, in the order asked; those that are gone are left out. */
  accounts(records: readonly string[], context: CallContext): Promise<readonly AccountCard[]>;
  /** Every contact, page by page. */
  all(after: string | null, context: CallContext): Promise<ContactPage>;
  /** Marks a contact as not to be written to, once or again; absent when no field for it is configured. Throws `not-found` when it is gone. */
  readonly refuse?: ((record: string, context: CallContext) => Promise<void>) | undefined;
  /** Creates or updates the contact with this e-mail address; saving twice is one contact. */
  save(person: PersonToSave, context: CallContext): Promise<{ readonly record: string; readonly created: boolean }>;
}

/** What a task asks its owner to do. */
export type TaskKind = 'call' | 'email' | 'todo';

/** A task for one CRM user; the CRM holds at most one for each `key`. */
export interface CrmTask {
  /** Unique, and known before the call. */
  readonly key: string;
  /** A user of the CRM. */
  readonly owner: string;
  /** Plain text in one line. */
  readonly subject: string;
  /** Plain text; lines stay lines. */
  readonly body: string;
  readonly dueAt: Instant;
  readonly kind: TaskKind;
  /** The contact and the account that the task is shown with. */
  readonly contact: string | null;
  readonly account: string | null;
}

/** What became of one task; `task` is the CRM's id. */
export type TaskResult =
  | { readonly key: string; readonly state: 'saved'; readonly task: string }
  | { readonly key: string; readonly state: 'failed'; readonly kind: FailureKind; readonly message: string };

/** What the CRM says of one task. */
export interface TaskReading {
  readonly task: string;
  readonly state: 'open' | 'completed' | 'gone';
}

/** The to-do lists of a CRM. Any number at once; answers come in the order asked. */
export interface CrmTasks {
  /** Creates or changes tasks by their keys, distinct within one call, and shows them with contact and account; a completed one stays completed. */
  upsert(tasks: readonly CrmTask[], context: CallContext): Promise<readonly TaskResult[]>;
  read(tasks: readonly string[], context: CallContext): Promise<readonly TaskReading[]>;
  /** Marks tasks as completed; those that are gone are passed over. */
  close(tasks: readonly string[], context: CallContext): Promise<void>;
  /** Takes tasks away; those that are gone are passed over. */
  remove(tasks: readonly string[], context: CallContext): Promise<void>;
}

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
  /** Absent when the vendor can tell nothing about people. */
  readonly contacts?: CrmContacts | undefined;
  /** Absent when the vendor has no tasks that can be created safely twice. */
  readonly tasks?: CrmTasks | undefined;
  /** Reachability and permissions, each with what to do when it fails. */
  check(context: CallContext): Promise<readonly Check[]>;
}
