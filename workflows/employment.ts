import { condition, defineSignal, setDefaultSignalHandler, setHandler } from '@temporalio/workflow';
import type { EmploymentInput } from './contract.js';
import { lookAtEmployment } from './proxies.js';
import { nowIso } from './time.js';

/** "Look again": it carries nothing, since nothing in a webhook is believed. */
export const lookSignal = defineSignal<[unknown?]>('look');

/** Reads one employment again whenever a signal came, and ends when none came meanwhile: level-triggered, so a lost or doubled signal harms nothing. */
export async function employment({ employment: row }: EmploymentInput): Promise<void> {
  let wanted = 1;
  setHandler(lookSignal, () => void (wanted += 1), { description: 'Read this employment in the HRIS again.' });
  setDefaultSignalHandler(() => undefined);
  for (let seen = 0; seen < wanted;) {
    seen = wanted;
    await lookAtEmployment({ employment: row, now: nowIso() });
    await condition(() => wanted > seen, 1);
  }
}
