import { setMaxListeners } from 'node:events';
import { cancellationSignal, heartbeat } from '@temporalio/activity';
import type { FailureKind } from '../src/domain/failure.js';
import type { Instant } from '../src/domain/words.js';
import type { CallContext } from '../src/ports/vendor.js';
import type {
  Command,
  CommandAnswer,
  HandoverView,
  Look,
  MembershipLook,
  PageResult,
  RefusalEntry,
} from '../workflows/contract.js';
import { readBounces } from './bounces.js';
import { applyChange } from './change.js';
import { applyCommand } from './commands.js';
import type { Deps } from './deps.js';
import { lookAtEmployment, reconcile, type LookResult } from './employment.js';
import { followUpAll, type FollowUpResult } from './followUp.js';
import { introduce } from './introduce.js';
import { sendHandoverMails } from './mails.js';
import { tendMembership } from './membership.js';
import { planAll } from './plan.js';
import { restorePage } from './restore.js';
import { concludeRestore, settle } from './settle.js';
import { snapshot } from './snapshot.js';
import { sweepAll, sweepOne, type SweepResult } from './sweep.js';
import { transferPage } from './transfer.js';

/** Every activity gets the workflow's clock: `now` is domain time. */
interface At {
  readonly now: Instant;
}
interface OfHandover extends At {
  readonly handover: string;
}

/** Why a piece of work is given up until a person looks: the failure's kind and the vendor's sentence. */
export interface ParkInput extends OfHandover {
  readonly what: string;
  readonly kind: FailureKind;
  readonly reason: string;
}

/** All activities; names are public API. Every one that changes a handover answers its new view. */
export function createActivities(deps: Deps) {
  return {
    lookAtEmployment: (input: At & { readonly employment: string }): Promise<LookResult> =>
      lookAtEmployment(deps, input.employment, input.now, context()),

    reconcile: (input: At & { readonly connection: string }): Promise<number> =>
      reconcile(deps, input.connection, input.now, context()),

    sweepAll: (input: At): Promise<SweepResult> => sweepAll(deps, input.now, context(), heartbeat),

    settle: ({ handover, now }: OfHandover): Promise<HandoverView> => settle(deps, handover, now),

    applyCommand: (input: OfHandover & { readonly command: Command; readonly messageId: string }): Promise<CommandAnswer> =>
      applyCommand(deps, input),

    applyChange: ({ handover, now }: OfHandover): Promise<HandoverView> => applyChange(deps, handover, now),

    async snapshot({ handover, now }: OfHandover): Promise<HandoverView> {
      await snapshot(deps, handover, now, context(), heartbeat);
      return settle(deps, handover, now);
    },

    async plan({ handover, now }: OfHandover): Promise<HandoverView> {
      await planAll(deps, handover, now, context());
      return settle(deps, handover, now);
    },

    async mail({ handover, now }: OfHandover): Promise<HandoverView> {
      await sendHandoverMails(deps, handover, now, context());
      return settle(deps, handover, now);
    },

    async sweep({ handover, now }: OfHandover): Promise<HandoverView> {
      await sweepOne(deps, handover, now, context(), heartbeat);
      return settle(deps, handover, now);
    },

    transferPage: ({ handover, now }: OfHandover): Promise<PageResult> => transferPage(deps, handover, now, context(), heartbeat),

    introduce: ({ handover, now }: OfHandover): Promise<Look> => introduce(deps, handover, now, context()),

    tendMembership: (input: At & { readonly member: string }): Promise<MembershipLook> =>
      tendMembership(deps, input.member, input.now, context()),

    followUpAll: ({ now }: At): Promise<FollowUpResult> => followUpAll(deps, now, context(), heartbeat),

    readBounces: ({ now }: At): Promise<number> => readBounces(deps, now, context()),

    async restorePage({ handover, now }: OfHandover): Promise<PageResult> {
      const page = await restorePage(deps, handover, now, context(), heartbeat);
      if (!page.more) await concludeRestore(deps, handover, now);
      return page;
    },

    async park({ handover, now, what, kind, reason }: ParkInput): Promise<HandoverView> {
      await deps.stores.handovers.park(handover, { what, kind, reason }, now);
      return settle(deps, handover, now);
    },

    async noteRefusals({ handover, refusals }: OfHandover & { readonly refusals: readonly RefusalEntry[] }): Promise<void> {
      await deps.stores.handovers.saveRefusals(
        handover,
        refusals.map((refusal) => ({ ...refusal })),
      );
    },

    async abort({ handover, now }: OfHandover): Promise<void> {
      const row = await deps.stores.handovers.get(handover);
      if (row.closedAt === null) await deps.stores.handovers.close(handover, 'aborted', now);
    },
  };
}

export type Activities = ReturnType<typeof createActivities>;

/** Many calls at once listen to one activity's cancellation. */
const mostListeners = 100;

function context(): CallContext {
  const signal = cancellationSignal();
  setMaxListeners(mostListeners, signal);
  return { signal };
}
