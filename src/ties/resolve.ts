import type { Known, TieFacts } from './known.js';
import { automaticAt, equalAt, rivalWithin, type NameScore } from './score.js';

/** Whom a tie is about: one CRM record. `review` waits for a person's yes; `score` is from 0 to 1. */
export interface Match {
  readonly connection: string;
  readonly record: string;
  readonly by: 'email' | 'profile' | 'name';
  readonly score: number;
  readonly review: boolean;
}

interface Candidate {
  readonly connection: string;
  readonly record: string;
  readonly score: number;
}

/** One candidate of a tie, by an address or by name; `company` null where one side names none, `family` the contact's. */
export type Claim =
  | (Candidate & { readonly by: 'email' | 'profile' })
  | (Candidate & {
      readonly by: 'name';
      readonly near: NameScore['near'];
      readonly company: number | null;
      readonly family: readonly string[];
      /** Both sides have a profile, or a mailbox of that company, and not the same. */
      readonly doubtful: boolean;
    });
type NameClaim = Extract<Claim, { readonly by: 'name' }>;

/** How often names occur over ties and contacts; full names where a tie has them. */
export interface Frequencies {
  readonly givens: ReadonlyMap<string, number>;
  readonly families: ReadonlyMap<string, number>;
  readonly companies: ReadonlyMap<string, number>;
  readonly fullNames: ReadonlyMap<string, number>;
  readonly people: number;
}

/** A family name of more people than this, and of more than this share of all, is common: it proves little where anything else differs. */
const common = { people: 5, share: 0.0005 };
/** A spelling that occurs at most so often may be a slip of the pen; one that occurs more often is a name of its own. */
const slipAtMost = 2;
/** Bearers of a name to be expected in a company by chance; from here on one who is known and one who is met may be two. */
const homonymsAtMost = 0.03;
/** Of fewer people than this no share tells how common a name is: then as if there were so many. */
const fewestPeople = 1_000;

/** Decides between the candidates of each tie, and between the ties that claim one contact. Answers by the ties' keys. */
export function resolve(
  ties: readonly TieFacts[],
  known: readonly Known[],
  claims: readonly (readonly Claim[])[],
  frequencies: Frequencies,
): ReadonlyMap<string, Match> {
  const plausible = claims.map((own, tie) => own.filter((claim) => isPlausible(claim, known[tie], own, frequencies)));
  const claimants = byContact(plausible);
  const matches = new Map<string, Match>();
  ties.forEach(({ key, ambiguous }, tie) => {
    const others = (claim: Claim) =>
      (claimants.get(idOf(claim)) ?? []).filter((one) => one.tie !== tie).map(({ claim: one }) => one);
    const candidates = (plausible[tie] ?? []).filter((claim) => !isTaken(claim, others(claim)));
    const best = bestOf(candidates);
    if (best === undefined) return;
    const isSure =
      !ambiguous &&
      isConvincing(best, known[tie], frequencies) &&
      !candidates.some((other) => rivals(best, other)) &&
      !others(best).some((other) => contests(best, other));
    const { connection, record, by, score } = best;
    matches.set(key, { connection, record, by, score: Math.round(score * 1_000) / 1_000, review: !isSure });
  });
  return matches;
}

function idOf({ connection, record }: Candidate): string {
  return `${connection}\n${record}`;
}

interface Claimant {
  readonly tie: number;
  readonly claim: Claim;
}

function byContact(claims: readonly (readonly Claim[])[]): ReadonlyMap<string, readonly Claimant[]> {
  const claimants = new Map<string, Claimant[]>();
  claims.forEach((own, tie) => {
    for (const claim of own) {
      const found = claimants.get(idOf(claim));
      if (found) found.push({ tie, claim });
      else claimants.set(idOf(claim), [{ tie, claim }]);
    }
  });
  return claimants;
}

const isStrong = ({ by, score }: Claim): boolean => by !== 'name' && score === 1;

/** Where a company is not known, equal names are worth a question only if nobody else bears them. */
function isPlausible(claim: Claim, own: Known | undefined, all: readonly Claim[], frequencies: Frequencies): boolean {
  if (claim.by !== 'name' || claim.company !== null) return true;
  const connections = new Set(all.map(({ connection }) => connection)).size;
  const bearers = frequencies.fullNames.get(own?.fullName ?? '') ?? 0;
  return bearers <= 1 + connections && !claim.family.some((word) => isCommon(word, frequencies));
}

/** A contact who is surely somebody else's is no candidate by name. */
function isTaken(claim: Claim, others: readonly Claim[]): boolean {
  return claim.by === 'name' && others.some((other) => isStrong(other) || other.score > claim.score + rivalWithin);
}

/** The highest score; between equals e-mail, then profile, then name, then the connection that came first. */
function bestOf(claims: readonly Claim[]): Claim | undefined {
  const order = ['email', 'profile', 'name'];
  return [...claims].sort((a, b) => b.score - a.score || order.indexOf(a.by) - order.indexOf(b.by))[0];
}

/** Another contact of the same CRM who might as well be meant. The same person in two CRMs is no rival. */
function rivals(best: Claim, other: Claim): boolean {
  if (other.connection !== best.connection || other.record === best.record) return false;
  if (other.by !== 'name') return best.by === 'name' || isStrong(other);
  return best.by === 'name' && other.score > best.score - rivalWithin;
}

/** Another tie that means the same contact about as surely. */
function contests(best: Claim, other: Claim): boolean {
  if (best.by === 'profile') return false;
  if (best.by === 'email') return isStrong(other);
  return other.score > best.score - rivalWithin;
}

function isConvincing(claim: Claim, own: Known | undefined, frequencies: Frequencies): boolean {
  if (claim.by !== 'name') return claim.score === 1;
  if (own === undefined || claim.doubtful || claim.score < automaticAt) return false;
  if (homonymsOf(own, frequencies) > homonymsAtMost) return false;
  if (claim.near === 'equal' && claim.score >= equalAt) return true;
  const shared = claim.near === 'part' ? own.name.family.filter((word) => claim.family.includes(word)) : own.name.family;
  if (shared.some((word) => isCommon(word, frequencies))) return false;
  return claim.near !== 'typo' || isSlip(claim, own, frequencies);
}

/** How many of a company's people bear a name by chance, by how common its parts are among all; of several companies the largest. */
function homonymsOf({ name, companies }: Known, { givens, families, companies: sizes, people }: Frequencies): number {
  // The two who are compared bear it in any case.
  const share = (counts: ReadonlyMap<string, number>, key: string) =>
    ((counts.get(key) ?? 2) - 2) / Math.max(people, fewestPeople);
  const family = Math.max(...name.family.map((word) => share(families, word)));
  const size = Math.max(...companies.map(({ core }) => sizes.get(core) ?? 0));
  return share(givens, name.given[0] ?? '') * family * size;
}

function isCommon(family: string, { families, people }: Frequencies): boolean {
  return (families.get(family) ?? 0) > Math.max(common.people, people * common.share);
}

function isSlip(claim: NameClaim, own: Known, { families }: Frequencies): boolean {
  const spellings = [claim.family, own.name.family].map((words) => families.get(words.join('')) ?? 0);
  return Math.min(...spellings) <= slipAtMost;
}
