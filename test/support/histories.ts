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
export function leaksIn(
  history: unknown,
  forbidden: { readonly strings: readonly string[]; readonly ids: ReadonlySet<string> },
): readonly string[] {
  const text = textsOf(history).join('\n');
  const words = new Set(text.split(/[^\w-]+/));
  const named = forbidden.strings.filter((line) => text.includes(line) || text.includes(JSON.stringify(line).slice(1, -1)));
  const listed = [...forbidden.ids].filter((id) => words.has(id));
  const mails = text.match(/[\w.+-]+@[\w-]+\.[a-z]{2,}/gi) ?? [];
  const machine = text.includes(`@${hostname()}`) ? [hostname()] : [];
  return [...named, ...listed, ...mails, ...machine];
}

/**
 * A history as JSON that can be read and compared, and back. The SDK's own `historyToJSON` does not work where npm installs protobufjs
 * more than once, as it does for these versions.
 */
export function toFile(value: unknown): unknown {
  if (value instanceof Uint8Array) return bytesToFile(value);
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(toFile);
  if (isLong(value)) return value.high * 2 ** 32 + (value.low >>> 0);
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]) => (inner === null || inner === undefined ? [] : [[key, toFile(inner)]])),
  );
}

/** What `toFile` wrote, as `Worker.runReplayHistory` takes it. */
export function fromFile(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(fromFile);
  if ('$text' in value) return Buffer.from(String(value.$text), 'utf8');
  if ('$base64' in value) return Buffer.from(String(value.$base64), 'base64');
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fromFile(inner)]));
}

function bytesToFile(bytes: Uint8Array): object {
  const text = Buffer.from(bytes).toString('utf8');
  return Buffer.from(text, 'utf8').equals(bytes) ? { $text: text } : { $base64: Buffer.from(bytes).toString('base64') };
}

function isLong(value: object): value is { readonly high: number; readonly low: number } {
  return (
    'high' in value && 'low' in value && 'unsigned' in value && typeof value.high === 'number' && typeof value.low === 'number'
  );
}
