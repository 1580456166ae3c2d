import { z } from 'zod';
import { createRandom } from './random.js';
import { type OwnerSeed, type Person, generatePeople, seatPeople } from './world-people.js';
import { type SeedRecord, generateRecords } from './world-records.js';

const count = (maximum: number): z.ZodInt => z.int().min(0).max(maximum);

/** Body of `PUT /_world`; in `leaver` the four numbers are totals, missing ones follow from the accounts. */
export const worldBodySchema = z
  .strictObject({
    seed: z.int().default(1),
    people: z.int().min(2).max(20_000).default(200),
    accountsPerPerson: count(10_000).default(20),
    contactsPerAccount: count(100).default(2),
    dealsPerAccount: count(100).default(1),
    ticketsPerAccount: count(100).default(0),
    leaver: z
      .strictObject({
        accounts: count(1_000_000),
        contacts: count(1_000_000).optional(),
        deals: count(1_000_000).optional(),
        tickets: count(1_000_000).optional(),
      })
      .optional(),
  })
  .refine((body) => body.people * body.accountsPerPerson * (1 + body.contactsPerAccount) <= 5_000_000, {
    message: 'This world would have more than 5,000,000 companies and contacts.',
  });

/** A world's body with every default filled in. */
export type WorldBody = z.infer<typeof worldBodySchema>;

/** What a seed makes before anybody changes it. */
export type World = {
  readonly body: WorldBody;
  readonly people: readonly Person[];
  readonly owners: readonly OwnerSeed[];
  readonly records: {
    readonly companies: readonly SeedRecord[];
    readonly contacts: readonly SeedRecord[];
    readonly deals: readonly SeedRecord[];
    readonly tickets: readonly SeedRecord[];
  };
  readonly leaver: { readonly bamboohr: string; readonly hubspot: string };
};

/** Makes the world of a body; the same body makes the same world. */
export function generateWorld(body: WorldBody): World {
  const random = createRandom(body.seed);
  const people = generatePeople(body.people, random);
  const { owners, leaver } = seatPeople(people);
  return {
    body,
    people,
    owners,
    records: generateRecords(body, people, leaver, random),
    leaver: { bamboohr: leaver.id, hubspot: leaver.owner },
  };
}
