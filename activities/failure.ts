import {
  activityInfo,
  ApplicationFailure,
  cancellationSignal,
  CancelledFailure,
  CompleteAsyncError,
  log,
} from '@temporalio/activity';
import type { ActivityInboundCallsInterceptor } from '@temporalio/worker';
import { isRetryable } from '../src/domain/failure.js';
import { VendorError } from '../src/ports/vendor.js';

/** A vendor that answers nonsense this often to one activity is not asked again; then a person has to look. */
const mostNonsense = 5;
/** How often each activity got nonsense here; another worker counts for itself, which only means that more is tried. */
const nonsense = new Map<string, number>();

/** The one place where errors become failures that a workflow understands; what is no vendor's error keeps its text out of the history. */
export function failureInterceptor(): ActivityInboundCallsInterceptor {
  return {
    async execute(input, next) {
      try {
        const result = await next(input);
        nonsense.delete(activityKey());
        return result;
      } catch (error) {
        throw translate(error);
      }
    },
  };
}

function translate(error: unknown): unknown {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure || error instanceof CompleteAsyncError)
    return error;
  if (cancellationSignal().aborted && !(error instanceof VendorError)) return cancellationSignal().reason;
  if (error instanceof VendorError) return vendorFailure(error);
  const { name, stack } = error instanceof Error ? error : new Error('thrown value is no error');
  log.error('activity failed', { errorName: name, frames: framesOf(stack) });
  return ApplicationFailure.create({ type: 'internal', message: `${name} in Baton's own code; the worker's log has its place` });
}

function vendorFailure(error: VendorError): ApplicationFailure {
  return ApplicationFailure.create({
    type: error.kind,
    message: error.message,
    nonRetryable: !isRetryable(error.kind) || (error.kind === 'unexpected-response' && isNonsenseEnough()),
    ...(error.retryAfterMs !== undefined && { nextRetryDelay: error.retryAfterMs }),
  });
}

function isNonsenseEnough(): boolean {
  const key = activityKey();
  const count = (nonsense.get(key) ?? 0) + 1;
  if (count < mostNonsense) nonsense.set(key, count);
  else nonsense.delete(key);
  return count >= mostNonsense;
}

function activityKey(): string {
  const { workflowExecution, activityId } = activityInfo();
  return `${workflowExecution?.runId ?? ''}/${activityId}`;
}

/** The stack without its message, which may quote a row. */
function framesOf(stack: string | undefined): readonly string[] {
  return (stack ?? '')
    .split('\n')
    .filter((line) => line.trimStart().startsWith('at '))
    .slice(0, 8);
}
