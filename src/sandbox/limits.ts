import { z } from 'zod';

const allowance = z.int().min(1).nullable();
const standardHubspot = { perTenSeconds: 110, perSecond: 11, searchPerSecond: 4, searchLagMs: 0 };
const hubspotSchema = z.strictObject({
  perTenSeconds: allowance.default(standardHubspot.perTenSeconds),
  perSecond: allowance.default(standardHubspot.perSecond),
  searchPerSecond: allowance.default(standardHubspot.searchPerSecond),
  searchLagMs: z.int().min(0).default(standardHubspot.searchLagMs),
});
const bamboohrSchema = z.strictObject({ perTenSeconds: allowance.default(null), perSecond: allowance.default(null) });

/** Body of `PUT /_limits`; null is unlimited, what is left out gets its default. */
export const limitsSchema = z.strictObject({
  hubspot: hubspotSchema.nullable().default(standardHubspot),
  bamboohr: bamboohrSchema.nullable().default(null),
});

/** The limits in force. */
export type LimitsBody = z.infer<typeof limitsSchema>;

/** Whether a call may pass; `policy` names the window that is full, `retryAfterMs` when it has room again. */
export type Verdict =
  | { readonly allowed: true; readonly windows: WindowState[] }
  | { readonly allowed: false; readonly policy: string; readonly retryAfterMs: number; readonly windows: WindowState[] };

/** What a caller has left in one rolling window. */
export type WindowState = {
  readonly policy: string;
  readonly limit: number;
  readonly remaining: number;
  readonly spanMs: number;
};

type WindowRule = { policy: string; limit: number; spanMs: number };

/** Rolling windows per vendor and caller; a refused call takes no room in them (UNCONFIRMED for HubSpot). */
export class Limits {
  private current: LimitsBody = limitsSchema.parse({});
  private stamps = new Map<string, number[]>();

  replace(body: LimitsBody): void {
    this.current = body;
    this.stamps = new Map();
  }

  get body(): LimitsBody {
    return this.current;
  }

  /** `family` tells the windows apart: HubSpot counts searches on their own. */
  take(family: 'hubspot' | 'hubspot-search' | 'bamboohr', caller: string): Verdict {
    const rules = this.rulesOf(family);
    const now = performance.now();
    const windows = rules.map((rule) => {
      const stamps = this.recent(`${family} ${caller} ${rule.policy}`, now - rule.spanMs);
      return { ...rule, stamps, remaining: Math.max(0, rule.limit - stamps.length) };
    });
    const full = windows.find((window) => window.remaining === 0);
    if (full !== undefined) {
      const retryAfterMs = Math.max(0, (full.stamps[0] ?? now) + full.spanMs - now);
      return { allowed: false, policy: full.policy, retryAfterMs, windows };
    }
    for (const window of windows) window.stamps.push(now);
    return { allowed: true, windows: windows.map((window) => ({ ...window, remaining: window.remaining - 1 })) };
  }

  private recent(key: string, since: number): number[] {
    const stamps = (this.stamps.get(key) ?? []).filter((stamp) => stamp > since);
    this.stamps.set(key, stamps);
    return stamps;
  }

  private rulesOf(family: 'hubspot' | 'hubspot-search' | 'bamboohr'): WindowRule[] {
    const { hubspot, bamboohr } = this.current;
    if (family === 'hubspot-search') return rulesFor([['SECONDLY', hubspot?.searchPerSecond, 1000]]);
    const limits = family === 'hubspot' ? hubspot : bamboohr;
    return rulesFor([
      ['SECONDLY', limits?.perSecond, 1000],
      ['TEN_SECONDLY_ROLLING', limits?.perTenSeconds, 10_000],
    ]);
  }
}

function rulesFor(rules: [string, number | null | undefined, number][]): WindowRule[] {
  return rules.flatMap(([policy, limit, spanMs]) => (limit === null || limit === undefined ? [] : [{ policy, limit, spanMs }]));
}
