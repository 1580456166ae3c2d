/** Why something outside failed; spelled once, here (house rule 6). It is also the `type` of the ApplicationFailure that a workflow sees. */
export const failureKinds = [
  'rate-limited',
  'vendor-unavailable',
  'timeout',
  'unauthorized',
  'forbidden',
  'not-found',
  'invalid-request',
  'conflict',
  'unexpected-response',
  'mail-unavailable',
  'mail-refused',
  'internal',
] as const;

/** One of `failureKinds`. */
export type FailureKind = (typeof failureKinds)[number];

/** Whether trying the same call again can help; what cannot is parked for a person at once. */
export function isRetryable(kind: FailureKind): boolean {
  switch (kind) {
    case 'rate-limited':
    case 'vendor-unavailable':
    case 'timeout':
    case 'unexpected-response':
    case 'mail-unavailable':
    case 'internal':
      return true;
    case 'unauthorized':
    case 'forbidden':
    case 'not-found':
    case 'invalid-request':
    case 'conflict':
    case 'mail-refused':
      return false;
    default:
      return kind satisfies never;
  }
}

/** Whether a text is a failure kind, for what comes back from a history. */
export function isFailureKind(text: unknown): text is FailureKind {
  return failureKinds.some((kind) => kind === text);
}
