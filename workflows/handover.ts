import {
  allHandlersFinished,
  condition,
  continueAsNew,
  isCancellation,
  setDefaultSignalHandler,
  setHandler,
  workflowInfo,
} from '@temporalio/workflow';
import type { HandoverInput } from './contract.js';
import { changedSignal, decisionSignals, decisionUpdates, descriptions, lookSignal, statusQuery } from './messages.js';
import { HandoverRun } from './run.js';

/**
 * The saga of one handover. It only sequences: what is due is decided by the domain inside activities, from rows; here it is waited for,
 * run, shown and, when it fails for good, parked.
 */
export async function handover(input: HandoverInput): Promise<{ readonly outcome: string | null }> {
  const run = new HandoverRun(input);
  for (const { name, definition } of decisionSignals) {
    setHandler(definition, (sent) => run.onSignal(name, sent), { description: descriptions[name] });
  }
  for (const { name, definition } of decisionUpdates) {
    const validator = (sent?: unknown): void => run.validate(name, sent);
    setHandler(definition, (sent?: unknown) => run.onUpdate(name, sent), { validator, description: descriptions[name] });
  }
  setHandler(changedSignal, (sent) => run.onChanged(sent), { description: 'Sent by Baton: the HRIS says something else.' });
  setHandler(lookSignal, () => run.onLook(), { description: 'Look at the rows again.' });
  setHandler(statusQuery, () => run.status(), { description: 'Where this handover stands.' });
  setDefaultSignalHandler((name) => run.onUnknown(name));

  try {
    await run.begin();
    while (run.isOpen) {
      run.startMotions();
      await run.show();
      await run.rest();
      if (run.isOpen && run.isIdle && workflowInfo().continueAsNewSuggested)
        return await continueAsNew<typeof handover>(run.carryOver());
    }
  } catch (error) {
    if (isCancellation(error)) await run.abort();
    throw error;
  }
  await run.show();
  await run.finish();
  await condition(allHandlersFinished);
  return { outcome: run.outcome };
}
