import { Hris } from './bamboohr/hris.js';
import type { Webhooks } from './bamboohr/webhooks.js';
import { Calls } from './calls.js';
import { Faults } from './faults.js';
import { Crm } from './hubspot/crm.js';
import { type Change, type Entry, Ledger } from './ledger.js';
import { Limits } from './limits.js';
import type { Store } from './persistence.js';
import { type World, type WorldBody, generateWorld, worldBodySchema } from './world.js';

/** The world's settings and size, kept after the seed records went into the stand-ins. */
export type WorldSummary = { body: WorldBody; leaver: World['leaver']; people: ReadonlyMap<string, string | null> };

/** Everything the routes share; `PUT /_world` replaces world, stand-ins and ledger at once. */
export type Sandbox = {
  readonly now: () => number;
  readonly store: Store;
  readonly calls: Calls;
  readonly faults: Faults;
  readonly limits: Limits;
  webhooks: Webhooks;
  summary: WorldSummary;
  crm: Crm;
  hris: Hris;
  ledger: Ledger;
};

/** Opens the kept world, or makes and keeps the standard one. */
export function openSandbox(store: Store, now: () => number): Sandbox {
  const kept = store.load();
  const body = worldBodySchema.parse(kept?.body ?? {});
  if (kept === null) store.reset(body);
  const sandbox: Sandbox = {
    now,
    store,
    calls: new Calls(),
    faults: new Faults(),
    limits: new Limits(),
    webhooks: {},
    ...build(store, body),
  };
  for (const entry of kept?.entries ?? []) {
    sandbox.ledger.restore(entry);
    apply(sandbox, entry);
  }
  return sandbox;
}

/** Replaces world, ledger, calls and faults. */
export function replaceWorld(sandbox: Sandbox, body: WorldBody): void {
  sandbox.store.reset(body);
  Object.assign(sandbox, build(sandbox.store, body));
  sandbox.calls.reset();
  sandbox.faults.replace({ seed: 1, rules: [] });
}

/** Makes one decided change: number, ledger, effect. */
export function commit(sandbox: Sandbox, change: Change): void {
  apply(sandbox, sandbox.ledger.append(change, new Date(sandbox.now()).toISOString()));
}

function build(store: Store, body: WorldBody): Pick<Sandbox, 'summary' | 'crm' | 'hris' | 'ledger'> {
  const world = generateWorld(body);
  const people = new Map(world.people.map((person) => [person.id, person.owner]));
  return {
    summary: { body, leaver: world.leaver, people },
    crm: new Crm(world),
    hris: new Hris(world.people),
    ledger: new Ledger((lines) => store.append(lines)),
  };
}

function apply(sandbox: Sandbox, entry: Entry): void {
  if (entry.vendor === 'hubspot') sandbox.crm.apply(entry);
  else sandbox.hris.apply(entry);
}
