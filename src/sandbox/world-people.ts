import { type NameSet, danish, dutch, international, slug } from './names.js';
import { type Random, at, groupBy } from './random.js';

/** One employee as the seed makes them; `owner` is the CRM seat, null for people who have none. */
export type Person = {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly email: string;
  readonly privateEmail: string;
  readonly phone: string;
  readonly language: 'nl' | 'da' | 'en';
  readonly country: string;
  readonly location: string;
  readonly department: string;
  readonly division: string;
  readonly jobTitle: string;
  readonly team: number;
  readonly manager: string | null;
  readonly hireDate: string;
  readonly payRate: string;
  readonly note: string;
  owner: string | null;
};

/** A CRM user; `archived` ones were deactivated and belong to nobody in the HRIS. */
export type OwnerSeed = {
  readonly id: string;
  readonly userId: number;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly team: number;
  readonly archived: boolean;
};

/** The person of the demo story: an active member of a team, with a manager, team mates and a CRM seat. */
export type Leaver = Person & { owner: string };

type Place = { country: string; location: string; names: NameSet; language: Person['language']; phone: string };
type Craft = { department: string; division: string; titles: readonly string[]; seats: boolean };

const TEAM_SIZE = 7;
const BRANCHES = 6;

const places: Record<string, Place> = {
  NL: { country: 'NL', location: 'Utrecht', names: dutch, language: 'nl', phone: '+31 6 5500' },
  DK: { country: 'DK', location: 'Aarhus', names: danish, language: 'da', phone: '+45 7110' },
  BE: { country: 'BE', location: 'Gent', names: dutch, language: 'nl', phone: '+32 470 55' },
  GB: { country: 'GB', location: 'Leeds', names: international, language: 'en', phone: '+44 7700 90' },
  DE: { country: 'DE', location: 'Hamburg', names: international, language: 'en', phone: '+49 151 555' },
};
const teamCountries = ['NL', 'NL', 'DK', 'GB', 'NL', 'DE', 'DK', 'BE'];

// Every fifth team is back office, and nobody in it has a CRM seat.
const crafts: readonly Craft[] = [
  { department: 'Sales', division: 'Commerce', titles: ['Account Manager', 'Senior Account Manager'], seats: true },
  { department: 'Key Accounts', division: 'Commerce', titles: ['Key Account Manager', 'Account Manager'], seats: true },
  { department: 'Customer Success', division: 'Service', titles: ['Customer Success Manager', 'Onboarding Lead'], seats: true },
  { department: 'Partnerships', division: 'Commerce', titles: ['Partner Manager', 'Alliance Manager'], seats: true },
  { department: 'Finance', division: 'Back office', titles: ['Controller', 'Payroll Officer'], seats: false },
];

/** `count` employees in teams of about seven; team n reports to the manager of team (n - 1) / 6, so there is one top. */
export function generatePeople(count: number, random: Random): Person[] {
  const teams = Math.max(1, Math.round(count / TEAM_SIZE));
  const people: Person[] = [];
  const managers: string[] = [];
  const taken = new Set<string>();
  for (let team = 0; team < teams; team += 1) {
    const size = Math.floor(count / teams) + (team < count % teams ? 1 : 0);
    for (let member = 0; member < size; member += 1) {
      const id = String(people.length + 1);
      const above = team === 0 ? null : (managers[Math.floor((team - 1) / BRANCHES)] ?? null);
      const manager = member === 0 ? above : (managers[team] ?? null);
      if (member === 0) managers.push(id);
      people.push(generatePerson({ id, team, member, manager }, random, taken));
    }
  }
  return people;
}

function generatePerson(
  seat: { id: string; team: number; member: number; manager: string | null },
  random: Random,
  taken: Set<string>,
): Person {
  const home = places[at(teamCountries, seat.team)] ?? at(Object.values(places), 0);
  const abroad = seat.member === 4; // one colleague a team came from elsewhere and is written to in English
  const craft = at(crafts, seat.team);
  const { firstName, lastName } = uniqueName(abroad ? international : home.names, random, taken);
  const address = slug(`${firstName} ${lastName}`);
  return {
    id: seat.id,
    firstName,
    lastName,
    email: `${address}@example-company.test`,
    privateEmail: `${address}.${100 + random.int(900)}@private-mail.example`,
    phone: `${home.phone} ${1000 + random.int(9000)} ${seat.id.padStart(2, '0')}`,
    language: abroad ? 'en' : home.language,
    country: home.country,
    location: home.location,
    department: craft.department,
    division: craft.division,
    jobTitle: seat.member === 0 ? `Head of ${craft.department}` : random.pick(craft.titles),
    team: seat.team,
    manager: seat.manager,
    hireDate: `${2012 + random.int(13)}-${twoDigits(1 + random.int(12))}-01`,
    payRate: `${(36_000 + random.int(60_000)).toLocaleString('en-US')}.00 EUR`,
    note: `Payroll note of ${firstName} ${lastName}: salary talk postponed [marker-hr-${random.int(0xffffffff).toString(36)}]`,
    owner: null,
  };
}

// A third draw of the same name gets an initial: no two people share a full name or an address.
function uniqueName(names: NameSet, random: Random, taken: Set<string>): { firstName: string; lastName: string } {
  for (let attempt = 0; ; attempt += 1) {
    const initials = attempt < 3 ? '' : ` ${String.fromCharCode(65 + random.int(26))}${attempt < 40 ? '' : String(attempt)}`;
    const firstName = `${random.pick(names.first)}${initials}`;
    const lastName = random.pick(names.last);
    const address = slug(`${firstName} ${lastName}`);
    if (taken.has(address)) continue;
    taken.add(address);
    return { firstName, lastName };
  }
}

/** Gives CRM seats (managers included, back office and the last member of a full team not) and picks the leaver. */
export function seatPeople(people: readonly Person[]): { owners: OwnerSeed[]; leaver: Leaver } {
  const members = groupBy(people, (person) => person.team);
  const owners: OwnerSeed[] = [];
  for (const [team, mates] of members) {
    if (!at(crafts, team).seats) continue;
    const seated = mates.length >= 5 ? mates.slice(0, -1) : mates;
    for (const person of seated) {
      person.owner = String(1001 + owners.length);
      owners.push({ ...ownerOf(person), id: person.owner, userId: 7_400_100 + owners.length, team, archived: false });
    }
  }
  const former = { email: 'former.colleague@example-company.test', firstName: 'Formerly', lastName: 'Employed-Colleague' };
  owners.push({ ...former, id: String(1001 + owners.length), userId: 7_400_100 + owners.length, team: 0, archived: true });
  return { owners, leaver: pickLeaver(members) };
}

function ownerOf(person: Person): { email: string; firstName: string; lastName: string } {
  return { email: person.email, firstName: person.firstName, lastName: person.lastName };
}

// The second team, where there is one: there the leaver's manager has a manager too.
function pickLeaver(members: ReadonlyMap<number, readonly Person[]>): Leaver {
  const team = members.get(1) ?? members.get(0) ?? [];
  const candidates = team.slice(1).filter(hasSeat);
  const leaver = candidates[Math.min(1, candidates.length - 1)];
  if (leaver === undefined) throw new Error('a world needs a manager and at least one member');
  return leaver;
}

function hasSeat(person: Person): person is Leaver {
  return person.owner !== null;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
