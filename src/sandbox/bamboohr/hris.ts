import { z } from 'zod';
import type { Entry } from '../ledger.js';
import type { Person } from '../world-people.js';
import { localDay, nextDay } from './days.js';

const fieldsSchema = z.record(z.string(), z.string().nullable());
const statusRowSchema = z.object({
  id: z.string(),
  employeeId: z.string(),
  date: z.string(),
  employmentStatus: z.string(),
  terminationReasonId: z.string().nullable(),
  terminationTypeId: z.string().nullable(),
  terminationRehireId: z.string().nullable(),
  comment: z.string().nullable(),
});

/** One row of the employmentStatus table (columns UNCONFIRMED in vendors.md; `terminationTypeId` carries the plain reason). */
export type StatusRow = z.infer<typeof statusRowSchema>;

/** A stored row; `enteredOn` is the local day on which somebody wrote it. */
type KeptRow = StatusRow & { enteredOn: string };

/** One employee record; a field that is absent (not null) cannot be read at all. */
export type Employee = {
  readonly id: string;
  fields: Readonly<Record<string, string | null>>;
  restricted: readonly string[];
  lastChanged: string;
  lastAction: 'Inserted' | 'Updated';
};

/** The last thing that the seed did to every employee. */
const SEEDED = '2026-10-30T08:00:00.000Z';
const TERMINATED = 'Terminated';

/** The HRIS of the world. It changes only by ledger entries; whether somebody is active is computed when it is read. */
export class Hris {
  readonly employees = new Map<string, Employee>();
  private readonly rows = new Map<string, KeptRow[]>();
  private rowCount = 0;

  constructor(people: readonly Person[]) {
    for (const person of people) this.seed(person);
  }

  get nextEmployeeId(): string {
    return String(this.employees.size + 1);
  }

  get nextRowId(): string {
    return String(this.rowCount + 1);
  }

  rowsOf(id: string): readonly StatusRow[] {
    return (this.rows.get(id) ?? []).map(({ enteredOn: _enteredOn, ...row }) => row);
  }

  /** The row that ends (or ended) the employment, unless a later row began it again. */
  endingRow(id: string): StatusRow | undefined {
    const last = this.rows.get(id)?.at(-1);
    return last?.employmentStatus === TERMINATED ? last : undefined;
  }

  today(employee: Employee, nowMs: number): string {
    return localDay(employee.fields['country'] ?? 'NL', nowMs);
  }

  /** The row in force; an ending counts from the day after its date, or at once when it was entered on that day or later. */
  currentRow(employee: Employee, nowMs: number): StatusRow | undefined {
    const today = this.today(employee, nowMs);
    return (this.rows.get(employee.id) ?? []).findLast((row) => {
      if (row.employmentStatus !== TERMINATED) return row.date <= today;
      return row.date < today || (row.date === today && row.enteredOn >= row.date);
    });
  }

  /** Before the first day and after the last one a record is Inactive. */
  status(employee: Employee, nowMs: number): 'Active' | 'Inactive' {
    const row = this.currentRow(employee, nowMs);
    return row === undefined || row.employmentStatus === TERMINATED ? 'Inactive' : 'Active';
  }

  /** When the record last changed: a day that passed changes it too. */
  lastChanged(employee: Employee, nowMs: number): string {
    const row = this.currentRow(employee, nowMs);
    if (row === undefined) return employee.lastChanged;
    const effective = `${row.employmentStatus === TERMINATED ? nextDay(row.date) : row.date}T00:00:00.000Z`;
    return effective > employee.lastChanged && Date.parse(effective) <= nowMs ? effective : employee.lastChanged;
  }

  /** Puts one ledger entry into effect: the same code for an action and for the replay after a restart. */
  apply(entry: Entry): void {
    if (entry.type === 'employmentStatus') {
      this.applyRow(entry);
      return;
    }
    if (entry.op === 'create') {
      const fields = fieldsSchema.parse(entry.to);
      this.employees.set(entry.record, {
        id: entry.record,
        fields,
        restricted: [],
        lastChanged: entry.at,
        lastAction: 'Inserted',
      });
      return;
    }
    const employee = this.touch(entry.record, entry.at);
    if (entry.field === '_restrictedFields') employee.restricted = z.array(z.string()).parse(entry.to);
    else if (entry.field !== null) employee.fields = { ...employee.fields, [entry.field]: z.string().nullable().parse(entry.to) };
  }

  private applyRow(entry: Entry): void {
    const row = entry.op === 'create' ? statusRowSchema.parse(entry.to) : this.findRow(entry.record);
    const employee = this.touch(row.employeeId, entry.at);
    const enteredOn = this.today(employee, Date.parse(entry.at));
    const others = (this.rows.get(employee.id) ?? []).filter((other) => other.id !== row.id);
    if (entry.op === 'delete') {
      this.rows.set(employee.id, others);
      // Half a record: the row that the date came from is gone, so the date cannot be read until somebody clears or sets it.
      const { terminationDate: _gone, ...rest } = employee.fields;
      employee.fields = rest;
      return;
    }
    if (entry.op === 'create') this.rowCount += 1;
    const date = entry.op === 'update' && entry.field === 'date' ? z.string().parse(entry.to) : row.date;
    this.rows.set(employee.id, [...others, { ...row, date, enteredOn }].sort(byDate));
  }

  private findRow(id: string): StatusRow {
    for (const rows of this.rows.values()) {
      const row = rows.find((one) => one.id === id);
      if (row !== undefined) return row;
    }
    throw new Error(`the ledger names employmentStatus row ${id}, which this world does not have`);
  }

  private touch(id: string, at: string): Employee {
    const employee = this.employees.get(id);
    if (employee === undefined) throw new Error(`the ledger names employee ${id}, whom this world does not have`);
    // What one action writes has one or two milliseconds between its entries.
    if (Date.parse(at) - Date.parse(employee.lastChanged) > 1000) employee.lastAction = 'Updated';
    employee.lastChanged = at;
    return employee;
  }

  private seed(person: Person): void {
    this.rowCount += 1;
    const row = statusRow(String(this.rowCount), person.id, person.hireDate, 'Full-Time');
    this.rows.set(person.id, [{ ...row, enteredOn: person.hireDate }]);
    this.employees.set(person.id, {
      id: person.id,
      fields: fieldsOf(person),
      restricted: [],
      lastChanged: SEEDED,
      lastAction: 'Updated',
    });
  }
}

/** A row of the employmentStatus table. */
export function statusRow(
  id: string,
  employeeId: string,
  date: string,
  employmentStatus: string,
  reason: string | null = null,
): StatusRow {
  const termination = { terminationReasonId: null, terminationTypeId: reason, terminationRehireId: null, comment: null };
  return { id, employeeId, date, employmentStatus, ...termination };
}

/** What the HRIS stores for a person; computed fields (status, supervisor …) are made when they are read. */
export function fieldsOf(person: Omit<Person, 'id' | 'team' | 'owner'>): Record<string, string | null> {
  return {
    firstName: person.firstName,
    lastName: person.lastName,
    workEmail: person.email,
    homeEmail: person.privateEmail,
    mobilePhone: person.phone,
    language: person.language,
    country: person.country,
    location: person.location,
    department: person.department,
    division: person.division,
    jobTitle: person.jobTitle,
    hireDate: person.hireDate,
    originalHireDate: person.hireDate,
    terminationDate: null,
    supervisorId: person.manager,
    payRate: person.payRate,
    payrollNotes: person.note,
  };
}

// An ending comes after a beginning of the same day.
function byDate(a: KeptRow, b: KeptRow): number {
  return a.date === b.date ? Number(a.id) - Number(b.id) : a.date < b.date ? -1 : 1;
}
