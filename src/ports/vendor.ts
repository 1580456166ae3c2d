import type { z } from 'zod';
import { isRetryable, type FailureKind } from '../domain/failure.js';
import type { CrmPort } from './crm.js';
import type { HrisPort } from './hris.js';

/** Thrown by every vendor adapter; the activity interceptor turns it into an ApplicationFailure of the same kind. */
export class VendorError extends Error {
  readonly kind: FailureKind;
  /** What the vendor asked for in `Retry-After` (or its own header), in milliseconds. */
  readonly retryAfterMs: number | undefined;
  constructor(kind: FailureKind, message: string, options: { retryAfterMs?: number | undefined; cause?: unknown } = {}) {
    super(message, { cause: options.cause });
    this.name = 'VendorError';
    this.kind = kind;
    this.retryAfterMs = options.retryAfterMs;
  }
  get retryable(): boolean {
    return isRetryable(this.kind);
  }
}

/** What every call to a vendor gets: the activity's cancellation. */
export interface CallContext {
  readonly signal?: AbortSignal | undefined;
}

/** One finding of `baton check`: `id` is `<connection>/<area>/<detail>`. `fix` says what to do when `ok` is false. */
export interface Check {
  readonly id: string;
  readonly ok: boolean;
  readonly message: string;
  readonly fix?: string | undefined;
  /** True when it is worth saying, but nothing is broken. */
  readonly warning?: boolean | undefined;
}

/** A webhook as it arrived: header names in lower case, repeated headers as arrays, the body's exact bytes. */
export interface WebhookRequest {
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly body: Uint8Array;
}

/** The verdict over a signature, in the order of the checks in `contracts.md` 2. */
export type SignatureVerdict = 'valid' | 'missing-signature' | 'stale-timestamp' | 'invalid-signature';

/** A vendor's webhooks. */
export interface WebhookPort {
  /** Judges the signature over the raw bytes in constant time; `nowMs` is the receiver's clock, in Unix milliseconds. */
  verify(request: WebhookRequest, nowMs: number): SignatureVerdict;
  /** The HRIS records that may have changed; null when the JSON is no payload of this vendor, an empty list when no relevant field changed. */
  records(payload: unknown): readonly string[] | null;
}

/** How often a connection may be called: a steady pace per bucket, in calls per second; null is unlimited. */
export type CallRates = Readonly<Record<string, number | null>>;

/** What the composition root gives an adapter: the one HTTP client with pacing, metrics and error translation inside. */
export interface VendorTools {
  readonly connection: string;
  /** Waits for a free moment in the bucket's pace, over all workers. */
  readonly pace: (bucket: string, perSecond: number | null, context: CallContext) => Promise<void>;
  /** Counts one call; `result` is `ok` or the failure's kind. */
  readonly count: (operation: string, result: 'ok' | FailureKind) => void;
}

/** A vendor as the registry holds it; a capability that it lacks is absent. */
export interface VendorDefinition<Config = unknown> {
  readonly name: string;
  readonly config: z.ZodType<Config>;
  readonly hris?: (config: Config, tools: VendorTools) => HrisPort;
  readonly crm?: (config: Config, tools: VendorTools) => CrmPort;
  /** Null when this connection is configured without a secret: then it has no webhooks. */
  readonly webhook?: (config: Config) => WebhookPort | null;
}

/** Ties a vendor's parts to its own configuration, and checks that configuration on every use, so that the registry can hold all vendors alike. */
export function defineVendor<Config>(definition: VendorDefinition<Config>): VendorDefinition {
  const { name, config, hris, crm, webhook } = definition;
  return {
    name,
    config,
    ...(hris && { hris: (settings, tools) => hris(config.parse(settings), tools) }),
    ...(crm && { crm: (settings, tools) => crm(config.parse(settings), tools) }),
    ...(webhook && { webhook: (settings) => webhook(config.parse(settings)) }),
  };
}
