import { allowsEmail, allowsProfile, contradicts, know, type ContactFacts, type Known, type TieFacts } from './known.js';
import { resolve, type Claim, type Match } from './resolve.js';
import { bestCompany, companyUnknown, namesDisagree, reviewAt, scoreNames } from './score.js';

/** A block of more ties than this tells nobody from anybody; without a limit a hostile file makes every contact meet every tie. */
const blockLimit = 200;
/** Candidates kept for one tie: enough to see that there are rivals. */
const mostClaims = 6;

type Index = ReadonlyMap<string, readonly number[]>;

/**
 * Finds the CRM contacts whom ties are about. Ties are held and indexed; contacts pass by, page by page, and none is kept: compared by e-mail,
 * by profile URL, and by name and company with the few ties that share a part of both.
 */
export class TieMatcher {
  readonly #ties: readonly TieFacts[];
  readonly #known: readonly Known[];
  readonly #byEmail: Index;
  readonly #byProfile: Index;
  readonly #blocks: Index;
  readonly #claims: readonly Claim[][];
  readonly #families = new Map<string, number>();
  readonly #givens = new Map<string, number>();
  readonly #companies = new Map<string, number>();
  readonly #fullNames = new Map<string, number>();
  #people = 0;

  constructor(ties: readonly TieFacts[]) {
    this.#ties = ties;
    this.#known = ties.map((tie) => know({ ...tie, companyDomain: null }));
    this.#byEmail = indexOf(this.#known, ({ email }) => (email === null ? [] : [email]));
    this.#byProfile = indexOf(this.#known, ({ profileUrl }) => (profileUrl === null ? [] : [profileUrl]));
    this.#blocks = indexOf(this.#known, blocksOf);
    this.#claims = ties.map(() => []);
    for (const known of this.#known) this.#count(known);
  }

  /** Looks at one page of contacts, of any connection. */
  offer(contacts: readonly ContactFacts[]): void {
    for (const contact of contacts) {
      const known = know(contact);
      this.#count(known);
      this.#offerStrong(contact, known);
      this.#offerNames(contact, known);
    }
  }

  /** The matches, by the ties' keys; to be asked once, after the last page. */
  finish(): ReadonlyMap<string, Match> {
    return resolve(this.#ties, this.#known, this.#claims, {
      givens: this.#givens,
      families: this.#families,
      companies: this.#companies,
      fullNames: this.#fullNames,
      people: this.#people,
    });
  }

  #count({ name, fullName, companies }: Known): void {
    this.#people += 1;
    // A name of two words counts for each of them: either may be all that the other side has.
    for (const family of new Set([name.family.join(''), ...name.family])) increase(this.#families, family);
    increase(this.#givens, name.given[0] ?? '');
    for (const core of new Set(companies.map((company) => company.core))) increase(this.#companies, core);
    // Only names that a tie has can matter.
    if (this.#blocks.has(`n:${fullName}`)) increase(this.#fullNames, fullName);
  }

  #offerStrong({ connection, record }: ContactFacts, known: Known): void {
    for (const [by, key, index, allows] of [
      ['email', known.email, this.#byEmail, allowsEmail],
      ['profile', known.profileUrl, this.#byProfile, allowsProfile],
    ] as const) {
      for (const tie of key === null ? [] : (index.get(key) ?? []).slice(0, blockLimit)) {
        const own = this.#known[tie];
        if (own) this.#claim(tie, { by, connection, record, score: allows(own, known) ? 1 : namesDisagree });
      }
    }
  }

  #offerNames({ connection, record }: ContactFacts, known: Known): void {
    const met = new Set<number>();
    for (const block of blocksOf(known)) {
      const found = this.#blocks.get(block) ?? [];
      if (found.length <= blockLimit) for (const tie of found) met.add(tie);
    }
    for (const tie of met) {
      const own = this.#known[tie];
      if (own === undefined) continue;
      const { given, family, near } = scoreNames(own.name, known.name);
      // The company can only lower it.
      if (given * family < reviewAt) continue;
      const company = bestCompany(own.companies, known.companies);
      const isSameName = near === 'equal' && given === 1;
      const score = company === null ? (isSameName ? companyUnknown : 0) : given * family * company;
      if (score < reviewAt) continue;
      const doubtful = contradicts(own, known);
      this.#claim(tie, { by: 'name', connection, record, score, near, company, doubtful, family: known.name.family });
    }
  }

  #claim(tie: number, claim: Claim): void {
    const claims = this.#claims[tie];
    if (claims === undefined) return;
    claims.push(claim);
    if (claims.length <= mostClaims) return;
    const rank = ({ by, score }: Claim) => (by === 'name' ? score : score + 1);
    let worst = 0;
    claims.forEach((one, index) => {
      if (rank(one) < rank(claims[worst] ?? one)) worst = index;
    });
    claims.splice(worst, 1);
  }
}

function increase(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function indexOf(known: readonly Known[], keysOf: (known: Known) => readonly string[]): Index {
  const index = new Map<string, number[]>();
  known.forEach((one, position) => {
    for (const key of keysOf(one)) {
      const found = index.get(key);
      if (found) found.push(position);
      else index.set(key, [position]);
    }
  });
  return index;
}

/**
 * Where a name is looked for: the same whole name, in any company; a family name of the same beginning, and anybody of the same initials, in a
 * company of the same beginning. One slip of the pen leaves at least one of them as it was.
 */
function blocksOf({ name, fullName, companies }: Known): readonly string[] {
  const initial = name.given[0]?.[0];
  if (initial === undefined || name.family.length === 0) return [];
  const blocks = new Set([`n:${fullName}`]);
  for (const { core } of companies) {
    for (const word of name.family) {
      blocks.add(`f:${initial}:${word.slice(0, 3)}:${core.slice(0, 2)}`);
      blocks.add(`c:${initial}:${word.slice(0, 1)}:${core.slice(0, 5)}`);
    }
  }
  return [...blocks];
}
