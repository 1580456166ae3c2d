import { hostname } from 'node:os';
import type { Client } from '@temporalio/client';

/** One run of one workflow, and what it was asked to do. */
export interface Run {
  readonly workflowId: string;
  readonly runId: string;
}

export type History = Awaited<ReturnType<ReturnType<Client['workflow']['getHandle']>['fetchHistory']>>;

/** Every text in a history: fields, and payloads as the text that their bytes hold. */
export function textsOf(history: unknown): readonly string[] {
  const found: string[] = [];
  const seen = new Set<unknown>();
  const visit = (value: unknown): void => {
    if (typeof value === 'string') found.push(value);
    else if (value instanceof Uint8Array) found.push(Buffer.from(value).toString('utf8'));
    else if (typeof value === 'object' && value !== null && !seen.has(value)) {
      seen.add(value);
      for (const inner of Object.values(value)) visit(inner);
    }
  };
  visit(history);
  return found;
}

/** The world's texts and ids that a history holds although it must not; empty when it holds none. */
export function leaksIn(history: unknown, forbidden: { readonly strings: readonly string[]; readonly ids: ReadonlySet<string> }): readonly string[] {
  const text = textsOf(history).join('\n');
  const words = new Set(text.split(/[^\w-]+/));
  const named = forbidden.strings.filter((line) => text.includes(line) || text.includes(JSON.stringify(line).slice(1, -1)));
  const listed = [...forbidden.ids].filter((id) => words.has(id));
  const mails = text.match(/[\w.+-]+@[\w-]+\.[a-z]{2,}/gi) ?? [];
  const machine = text.includes(`@${hostname()}`) ? [hostname()] : [];
  return [...named, ...listed, ...mails, ...machine];
}
