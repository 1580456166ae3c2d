import type { Day } from '../domain/words.js';
import type { CallContext, Check } from './vendor.js';

/** A field of a record: not readable is not the same as empty. */
export type Field<Value> = { readonly readable: true; readonly value: Value | null } | { readonly readable: false };

/** Where an employment stands; `left` is past its end, `inactive` says no more than that. */
export type EmploymentStatus = 'active' | 'on-leave' | 'garden-leave' | 'inactive' | 'left' | 'unknown';

/** A person in the directory, with the fields of `policy.md` 11 and no others. */
export interface Colleague {
  readonly record: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly workEmail: string | null;
  readonly manager: string | null;
  readonly team: string | null;
  readonly jobTitle: string | null;
  readonly country: string | null;
  readonly location: string | null;
  readonly language: string | null;
  readonly status: EmploymentStatus;
}

/** What the HRIS says of one employment now, future-dated entries included. */
export interface EmploymentReading {
  readonly colleague: Colleague;
  readonly status: Field<EmploymentStatus>;
  readonly startDay: Day | null;
  /** End of employment, also when it lies in the future. */
  readonly employmentEnd: Field<Day>;
  /** Null where the HRIS has no such field. */
  readonly lastWorkingDay: Day | null;
  /** The HRIS's own wording of the reason; mapped by configuration. */
  readonly reason: string | null;
}

/** A human-resources system. All calls are reads: Baton writes nothing into an HRIS. */
export interface HrisPort {
  /** The record, or null when the HRIS answers that there is none. Throws VendorError. */
  readEmployment(record: string, context: CallContext): Promise<EmploymentReading | null>;
  /** Everybody who works here, in pages. Throws VendorError. */
  directory(context: CallContext): AsyncIterable<readonly Colleague[]>;
  /** Records changed since an instant (vendor's clock), and the instant to ask from next time. Throws VendorError. */
  changedSince(since: string, context: CallContext): Promise<{ readonly records: readonly string[]; readonly latest: string }>;
  /** Records with an end of employment in the future, which some vendors announce by no event. Throws VendorError. */
  endingSoon(context: CallContext): Promise<readonly string[]>;
  /** Reachability and permissions, each with what to do when it fails; does not throw for a vendor's refusal. */
  check(context: CallContext): Promise<readonly Check[]>;
}
