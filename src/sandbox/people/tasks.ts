import type { CrmRecord } from '../hubspot/types.js';
import { updateRecord } from '../hubspot/writes.js';
import { chance } from '../random.js';
import type { Sandbox } from '../state.js';

const noFaults = { fault: null, recordError: () => null };

/** Colleagues tick off a share of their open tasks once those are old enough, by the world's clock; who does is decided by the task's id. */
export function completeTasks(sandbox: Sandbox, { hold, delayMs }: { hold: number; delayMs: number }): void {
  const due = sandbox.crm
    .table('tasks')
    .all()
    .filter((task) => isOpen(task) && sandbox.now() - createdAt(task) >= delayMs && isHeld(sandbox, task, hold));
  if (due.length === 0) return;
  const owners = ownersAtWork(sandbox);
  for (const task of due) {
    if (!owners.has(task.properties['hubspot_owner_id'] ?? '')) continue;
    const writer = { sandbox, by: 'human', faults: noFaults } as const;
    updateRecord(writer, 'tasks', task, { hs_task_status: 'COMPLETED' }, null);
  }
  sandbox.ledger.flush();
}

function isOpen(task: CrmRecord): boolean {
  return !task.archived && task.properties['hs_task_status'] !== 'COMPLETED';
}

function createdAt(task: CrmRecord): number {
  return Date.parse(task.properties['createdate'] ?? '');
}

function isHeld(sandbox: Sandbox, task: CrmRecord, hold: number): boolean {
  return chance(`${String(sandbox.summary.body.seed)} hold ${String(task.id)}`) < hold;
}

/** Whoever leaves works until the end of the last day, even when the ending was entered on that day and the record says Inactive at once. */
function ownersAtWork(sandbox: Sandbox): ReadonlySet<string> {
  const now = sandbox.now();
  const active = [...sandbox.hris.employees.values()].filter(
    (employee) =>
      sandbox.hris.status(employee, now) === 'Active' ||
      sandbox.hris.endingRow(employee.id)?.date === sandbox.hris.today(employee, now),
  );
  return new Set(active.map(({ id }) => sandbox.summary.people.get(id) ?? ''));
}
