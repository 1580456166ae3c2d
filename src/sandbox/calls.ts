/** Whose token a vendor call carried. */
export type Caller = 'baton' | 'human' | 'unknown';

/** The vendors that the sandbox stands in for. */
export type VendorName = 'hubspot' | 'bamboohr';

type Count = { vendor: VendorName; by: Caller; route: string; status: Record<string, number> };

/** How often each vendor route was called and how it ended; `timeout` and `reset` stand for answers that never came whole. */
export class Calls {
  private counts = new Map<string, Count>();
  private withoutEffect = 0;

  record(call: { vendor: VendorName; by: Caller; route: string; outcome: string }): void {
    const key = `${call.vendor} ${call.by} ${call.route}`;
    let count = this.counts.get(key);
    if (count === undefined) {
      count = { vendor: call.vendor, by: call.by, route: call.route, status: {} };
      this.counts.set(key, count);
    }
    count.status[call.outcome] = (count.status[call.outcome] ?? 0) + 1;
  }

  /** One accepted write of one record that changed nothing. */
  addWithoutEffect(): void {
    this.withoutEffect += 1;
  }

  reset(): void {
    this.counts = new Map();
    this.withoutEffect = 0;
  }

  report(): { total: number; withoutEffect: number; routes: Count[] } {
    const routes = [...this.counts.values()];
    const total = routes.flatMap((count) => Object.values(count.status)).reduce((sum, value) => sum + value, 0);
    return { total, withoutEffect: this.withoutEffect, routes };
  }
}
