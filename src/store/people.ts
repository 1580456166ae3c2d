import type { Instant } from '../domain/words.js';
import type { CrmUser } from '../ports/crm.js';
import type { Colleague } from '../ports/hris.js';
import { utc, type Queries } from './client.js';
import { newId } from './ids.js';

/** A person as planning sees one: an employment with its place in the company. */
export interface PersonInPlace {
  readonly person: string;
  readonly employment: string;
  readonly record: string;
  readonly manager: string | null;
  readonly team: string | null;
  readonly country: string | null;
  readonly location: string | null;
  readonly workEmail: string | null;
  readonly active: boolean;
  /** Has an ending ahead, told or not; seen by the planner only. */
  readonly leaving: boolean;
}

const inPlace = {
  id: true,
  record: true,
  managerRecord: true,
  team: true,
  location: true,
  status: true,
  employmentEnd: true,
  personId: true,
  person: { select: { country: true, workEmail: true } },
  handovers: { where: { closedAt: null }, select: { id: true }, take: 1 },
} as const;

/** People, their employments and their users in the CRMs. */
export class PeopleStore {
  readonly #db: Queries;

  constructor(db: Queries) {
    this.#db = db;
  }

  async employment(id: string) {
    return this.#db.employment.findUnique({ where: { id }, include: { person: true } });
  }

  /** Writes one page of an HRIS directory: people who are new get a row, the others are brought up to date. `at` null is a single record's reading. */
  async saveDirectory(connection: string, page: readonly Colleague[], at: Instant | null): Promise<void> {
    const known = await this.#db.employment.findMany({
      where: { connection, record: { in: page.map((c) => c.record) } },
      select: { record: true, personId: true },
    });
    const personOf = new Map(known.map((row) => [row.record, row.personId]));
    const added = page
      .filter((colleague) => !personOf.has(colleague.record))
      .map((colleague) => ({ colleague, personId: newId('p-') }));
    await this.#db.person.createMany({
      data: added.map(({ colleague, personId }) => ({
        id: personId,
        givenName: colleague.givenName,
        familyName: colleague.familyName,
      })),
    });
    await this.#db.employment.createMany({
      data: added.map(({ colleague, personId }) => ({ id: newId(), connection, record: colleague.record, personId })),
      skipDuplicates: true,
    });
    await updateEmployments(this.#db, connection, page, at);
    await updatePersons(this.#db, connection, page);
  }

  /** People who were in the directory before a reading and are not in it now have left. */
  async markAbsent(connection: string, readAt: Instant): Promise<void> {
    await this.#db.employment.updateMany({
      where: { connection, directoryAt: { lt: readAt }, status: { in: ['active', 'on-leave', 'garden-leave'] } },
      data: { status: 'inactive' },
    });
  }

  /** Everybody under a manager, everybody in a team, and the named people: the candidates of a plan. */
  async candidates(
    connection: string,
    near: { readonly team: string | null; readonly manager: string | null },
    people: readonly string[],
  ): Promise<readonly PersonInPlace[]> {
    const under =
      near.manager === null
        ? []
        : await this.#db.employment.findMany({ where: { connection, managerRecord: near.manager }, select: { id: true } });
    const beside = under.length > 1 || near.team === null ? [{ id: { in: under.map((row) => row.id) } }] : [{ team: near.team }];
    const rows = await this.#db.employment.findMany({
      where: { connection, OR: [...beside, { personId: { in: [...people] } }] },
      select: inPlace,
      orderBy: { id: 'asc' },
    });
    return rows.map(toPlace);
  }

  /** The managers above a record, nearest first, at most ten levels. */
  async managersAbove(connection: string, record: string): Promise<readonly PersonInPlace[]> {
    const above: PersonInPlace[] = [];
    let next =
      (await this.#db.employment.findUnique({ where: { connection_record: { connection, record } }, select: inPlace }))
        ?.managerRecord ?? null;
    while (next !== null && above.length < 10 && !above.some((person) => person.record === next)) {
      const row = await this.#db.employment.findUnique({
        where: { connection_record: { connection, record: next } },
        select: inPlace,
      });
      if (!row) break;
      above.push(toPlace(row));
      next = row.managerRecord;
    }
    return above;
  }

  /** People by work e-mail, in the order asked; unknown addresses are left out. */
  async byWorkEmail(connection: string, emails: readonly string[]): Promise<readonly PersonInPlace[]> {
    const rows = await this.#db.employment.findMany({
      where: { connection, person: { workEmail: { in: emails.map((email) => email.toLowerCase()) } } },
      select: inPlace,
    });
    const found = new Map(rows.map((row) => [row.person.workEmail, toPlace(row)]));
    return emails.flatMap((email) => found.get(email.toLowerCase()) ?? []);
  }

  /** People by id, those unknown left out. */
  async byIds(connection: string, ids: readonly string[]): Promise<readonly PersonInPlace[]> {
    return this.candidates(connection, { team: null, manager: null }, ids);
  }

  async byId(id: string) {
    return this.#db.person.findUnique({ where: { id } });
  }

  /** Names for pages, mails and the CLI; never for a workflow. */
  async names(ids: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.#db.person.findMany({ where: { id: { in: [...ids] } } });
    return new Map(rows.map((row) => [row.id, `${row.givenName} ${row.familyName}`.trim()]));
  }

  /** What one reading of the HRIS says of an employment. */
  async saveReading(id: string, data: EmploymentData): Promise<void> {
    await this.#db.employment.update({ where: { id }, data });
  }

  /** Replaces the users of a CRM, matched to people by work e-mail. */
  async saveCrmUsers(connection: string, users: readonly CrmUser[], at: Instant): Promise<void> {
    const emails = users.flatMap((user) => (user.email ? [user.email.toLowerCase()] : []));
    const people = await this.#db.person.findMany({
      where: { workEmail: { in: emails } },
      select: { id: true, workEmail: true },
    });
    const personOf = new Map(people.map((person) => [person.workEmail, person.id]));
    const rows = users.map(({ user, email, active }) => ({
      connection,
      user,
      email: email?.toLowerCase() ?? null,
      active,
      personId: personOf.get(email?.toLowerCase() ?? null) ?? null,
      readAt: at,
    }));
    await this.#db.crmUser.deleteMany({ where: { connection } });
    await this.#db.crmUser.createMany({ data: rows, skipDuplicates: true });
  }

  /** The CRM users of people, over all connections; inactive users hold no seat. */
  async seats(
    people: readonly string[],
  ): Promise<readonly { readonly connection: string; readonly user: string; readonly person: string }[]> {
    const rows = await this.#db.crmUser.findMany({
      where: { personId: { in: [...people] }, active: true },
      orderBy: { user: 'asc' },
    });
    return rows.flatMap(({ connection, user, personId }) => (personId === null ? [] : [{ connection, user, person: personId }]));
  }

  /** The leaver's users in one CRM, inactive ones included: a deactivated user still owns records. */
  async usersOf(connection: string, person: string): Promise<readonly string[]> {
    const rows = await this.#db.crmUser.findMany({ where: { connection, personId: person }, orderBy: { user: 'asc' } });
    return rows.map((row) => row.user);
  }

  async employmentCount(connection: string): Promise<number> {
    return this.#db.employment.count({ where: { connection } });
  }
}

/** What a reading may change of an employment's row. */
export interface EmploymentData {
  readonly status?: string;
  readonly startDay?: string | null;
  readonly employmentEnd?: string | null;
  readonly lastWorkingDay?: string | null;
  readonly reasonText?: string | null;
  readonly readAt?: Instant;
  readonly conclusion?: string | null;
}

async function updateEmployments(db: Queries, connection: string, page: readonly Colleague[], at: Instant | null): Promise<void> {
  await db.$executeRaw`
    update "Employment" e set "managerRecord" = v.manager, team = v.team, "jobTitle" = v.title, location = v.location, status = v.status, "directoryAt" = coalesce(${utc(at)}, e."directoryAt")
    from unnest(${page.map((c) => c.record)}::text[], ${page.map((c) => c.manager)}::text[], ${page.map((c) => c.team)}::text[],
      ${page.map((c) => c.jobTitle)}::text[], ${page.map((c) => c.location)}::text[], ${page.map((c) => c.status)}::text[])
      as v(record, manager, team, title, location, status)
    where e.connection = ${connection} and e.record = v.record`;
}

async function updatePersons(db: Queries, connection: string, page: readonly Colleague[]): Promise<void> {
  await db.$executeRaw`
    update "Person" p set "givenName" = v.given, "familyName" = v.family, "workEmail" = lower(v.email), language = v.language, country = v.country
    from unnest(${page.map((c) => c.record)}::text[], ${page.map((c) => c.givenName)}::text[], ${page.map((c) => c.familyName)}::text[],
      ${page.map((c) => c.workEmail)}::text[], ${page.map((c) => c.language)}::text[], ${page.map((c) => c.country)}::text[])
      as v(record, given, family, email, language, country), "Employment" e
    where e.connection = ${connection} and e.record = v.record and p.id = e."personId"`;
}

interface PlaceRow {
  readonly id: string;
  readonly record: string;
  readonly managerRecord: string | null;
  readonly team: string | null;
  readonly location: string | null;
  readonly status: string;
  readonly employmentEnd: string | null;
  readonly personId: string;
  readonly person: { readonly country: string | null; readonly workEmail: string | null };
  readonly handovers: readonly { readonly id: string }[];
}

function toPlace(row: PlaceRow): PersonInPlace {
  return {
    person: row.personId,
    employment: row.id,
    record: row.record,
    manager: row.managerRecord,
    team: row.team,
    country: row.person.country,
    location: row.location,
    workEmail: row.person.workEmail,
    active: row.status === 'active',
    leaving: row.employmentEnd !== null || row.handovers.length > 0,
  };
}
