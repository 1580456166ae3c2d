import { contactsCrm } from '../activities/deps.js';
import { decide, DecisionRefused } from './decide.js';
import type { Core } from './dependencies.js';
import type { Logger } from './logger.js';
import type { WebParts } from './web/parts.js';

/** What the pages behind links in mails are made of. */
export function pagesOf(core: Core, logger: Logger): WebParts {
  const { config, stores, deps } = core;
  const { workflows } = deps;
  return {
    stores,
    inTransaction: (work) => deps.inTransaction((tx) => work(tx.stores)),
    policy: config.policy,
    company: deps.company,
    programme: config.programme,
    contactsCrm: contactsCrm(deps)?.name ?? null,
    publicUrl: config.publicUrl,
    calendarOf: deps.calendarOf,
    decide: async (handover, name, input, { by, comment }) => {
      try {
        await decide(core, handover, name, input, { by, comment });
        return { ok: true };
      } catch (error) {
        if (error instanceof DecisionRefused) return { ok: false, code: error.code, text: error.message };
        throw error;
      }
    },
    wake: {
      handover: async (id) => void (await workflows.look(id)),
      introductions: workflows.wakeIntroductions,
      membership: workflows.wakeMembership,
    },
    now: Date.now,
    logger,
  };
}
