/** One measured figure beside what it is judged by, as `contracts.md` 6 has it. */
export interface Result {
  readonly name: string;
  readonly size: number;
  readonly value: number;
  readonly unit: string;
  /** The lower bound, the limit or the other side of a comparison, in the same unit. */
  readonly bound: number;
  readonly ratio: number;
  readonly target: number;
  readonly better: 'lower' | 'higher';
  readonly ok: boolean;
  readonly detail: Readonly<Record<string, unknown>>;
}

type Measured = Omit<Result, 'ok' | 'ratio'> & { readonly ratio?: number };

/** Judges a measured value; a ratio that is not given is value over bound. */
export function judge(measured: Measured): Result {
  const { name, size, unit, target, better, detail } = measured;
  const ratio = round(measured.ratio ?? measured.value / measured.bound, 3);
  const ok = better === 'lower' ? ratio <= target : ratio >= target;
  return {
    name,
    size,
    value: round(measured.value, 2),
    unit,
    bound: round(measured.bound, 2),
    ratio,
    target,
    better,
    ok,
    detail,
  };
}

/** The value below which this share of the sorted values lies; 0.5 is the median of an odd number. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Rounds for people; a ratio must not look more exact than it is. */
export function round(value: number, digits: number): number {
  return Number(value.toFixed(digits));
}

/** The table for a terminal. */
export function table(results: readonly Result[]): string {
  const head = ['name', 'size', 'value', 'bound', 'ratio', 'target', ''];
  const rows = results.map(({ name, size, value, unit, bound, ratio, target, better, ok }) => [
    name,
    String(size),
    `${value} ${unit}`,
    String(bound),
    String(ratio),
    `${better === 'lower' ? '≤' : '≥'} ${target}`,
    ok ? 'ok' : 'missed',
  ]);
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  return [head, ...rows].map(line).join('\n');
}
