import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import axios, { isAxiosError, type AxiosInstance, type AxiosResponse } from 'axios';
import type { z } from 'zod';
import type { FailureKind } from './domain/failure.js';
import { VendorError, type CallContext, type VendorTools } from './ports/vendor.js';

/** An answer that is no success, for a vendor that says more than its status code. */
export interface Refusal {
  readonly status: number;
  /** One header by its name in lower case. */
  readonly header: (name: string) => string | undefined;
  /** The parsed body; null when it is empty or no JSON. */
  readonly body: unknown;
}

/** What a vendor reads in its own refusal; `code` is the vendor's error code, never its free text, which may name people. */
export interface RefusalReading {
  readonly kind?: FailureKind | undefined;
  readonly retryAfterMs?: number | undefined;
  readonly code?: string | undefined;
}

/** What a vendor's folder gives to get its client; `rates` names its buckets and their pace in calls per second. */
export interface HttpOptions<Bucket extends string> {
  readonly baseUrl: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rates: Readonly<Record<Bucket, number | null>>;
  readonly tools: VendorTools;
  readonly timeoutMs?: number | undefined;
  readonly maxAnswerBytes?: number | undefined;
  readonly explain?: ((refusal: Refusal) => RefusalReading) | undefined;
}

/** One call; `operation` is a fixed name for metrics and messages, so it holds no id. Path parts that are data go through `segment`. */
export interface HttpCall<Bucket extends string, Body> {
  readonly operation: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly path: string;
  readonly query?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly body?: unknown;
  readonly bucket: Bucket;
  readonly schema: z.ZodType<Body>;
}

/** The client of one connection. Throws VendorError, or the signal's own reason when the caller cancelled. */
export interface Http<Bucket extends string> {
  call<Body>(call: HttpCall<Bucket, Body>, context: CallContext): Promise<Body>;
}

const defaultTimeoutMs = 30_000;
const defaultMaxAnswerBytes = 64 * 1024 * 1024;
const longestRetryAfterMs = 24 * 60 * 60 * 1000;

/** The one HTTP client: paced, counted, parsed, errors translated once. It never retries and follows no redirect; Temporal retries. */
export function createHttp<Bucket extends string>(options: HttpOptions<Bucket>): Http<Bucket> {
  const { tools, rates } = options;
  const instance = createInstance(options);
  return {
    async call(call, context) {
      context.signal?.throwIfAborted();
      await tools.pace(call.bucket, rates[call.bucket], context);
      try {
        const response = await send(instance, options, call, context);
        const body = read(response, options, call);
        tools.count(call.operation, 'ok');
        return body;
      } catch (error) {
        if (error instanceof VendorError) tools.count(call.operation, error.kind);
        throw error;
      }
    },
  };
}

/** One part of a path: encoded, and never a step up (`..`). */
export function segment(value: string): string {
  if (value === '' || value === '.' || value === '..') throw new VendorError('invalid-request', 'an id cannot be part of a path');
  return encodeURIComponent(value);
}

/** Walks pages until one has no cursor; a cursor that comes twice would never end, so it is an `unexpected-response`. */
export async function* pages<Page>(
  fetchPage: (after: string | undefined) => Promise<Page>,
  cursorOf: (page: Page) => string | null | undefined,
): AsyncGenerator<Page> {
  const seen = new Set<string>();
  let after: string | undefined;
  for (;;) {
    const page = await fetchPage(after);
    yield page;
    const cursor = cursorOf(page);
    if (cursor === null || cursor === undefined || cursor === '') return;
    if (seen.has(cursor)) throw new VendorError('unexpected-response', 'the same page cursor came twice');
    seen.add(cursor);
    after = cursor;
  }
}

/** What a check wants of a call: the answer, or the VendorError as a value. */
export type Attempt<Answer> =
  { readonly ok: true; readonly answer: Answer } | { readonly ok: false; readonly error: VendorError };

/** Makes a call whose failure is a finding and no failure; anything but a VendorError (a cancellation) goes on up. */
export async function attempt<Answer>(call: () => Promise<Answer>): Promise<Attempt<Answer>> {
  try {
    return { ok: true, answer: await call() };
  } catch (error) {
    if (error instanceof VendorError) return { ok: false, error };
    throw error;
  }
}

function createInstance<Bucket extends string>(options: HttpOptions<Bucket>): AxiosInstance {
  return axios.create({
    baseURL: options.baseUrl,
    headers: { Accept: 'application/json', 'User-Agent': 'Baton', ...options.headers },
    allowAbsoluteUrls: false,
    maxRedirects: 0,
    maxContentLength: options.maxAnswerBytes ?? defaultMaxAnswerBytes,
    proxy: false,
    httpAgent: new HttpAgent({ keepAlive: true }),
    httpsAgent: new HttpsAgent({ keepAlive: true }),
    responseType: 'text',
    transformResponse: (data: unknown) => data,
    validateStatus: () => true,
  });
}

async function send<Bucket extends string, Body>(
  instance: AxiosInstance,
  options: HttpOptions<Bucket>,
  call: HttpCall<Bucket, Body>,
  context: CallContext,
): Promise<AxiosResponse<unknown>> {
  // One deadline over the whole exchange: axios' own timeout starts again with every byte that arrives.
  const deadline = new AbortController();
  const abort = () => deadline.abort();
  const timer = setTimeout(abort, options.timeoutMs ?? defaultTimeoutMs);
  context.signal?.addEventListener('abort', abort, { once: true });
  try {
    return await instance.request<unknown>({
      method: call.method,
      url: call.path + queryString(call.query),
      ...(call.body === undefined ? {} : { data: JSON.stringify(call.body), headers: { 'Content-Type': 'application/json' } }),
      signal: deadline.signal,
    });
  } catch (error) {
    context.signal?.throwIfAborted();
    // The axios error is not kept as a cause: its config holds the headers, and they hold the secret.
    throw deadline.signal.aborted
      ? new VendorError('timeout', `${name(options, call)}: no complete answer in time`)
      : translate(error, name(options, call));
  } finally {
    clearTimeout(timer);
    context.signal?.removeEventListener('abort', abort);
  }
}

function queryString(query: HttpCall<string, unknown>['query']): string {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) parameters.set(key, String(value));
  return parameters.size === 0 ? '' : `?${parameters.toString()}`;
}

function name<Bucket extends string, Body>(options: HttpOptions<Bucket>, call: HttpCall<Bucket, Body>): string {
  return `${options.tools.connection} ${call.operation}`;
}

function translate(error: unknown, where: string): VendorError {
  const code = isAxiosError(error) ? error.code : undefined;
  switch (code) {
    case 'ECONNABORTED':
    case 'ETIMEDOUT':
      return new VendorError('timeout', `${where}: no answer in time`);
    case 'ERR_BAD_RESPONSE':
      return new VendorError('unexpected-response', `${where}: the answer was cut off or is too large`);
    default:
      return new VendorError('vendor-unavailable', `${where}: no connection (${safeCode(code) ?? 'unknown reason'})`);
  }
}

function read<Bucket extends string, Body>(
  response: AxiosResponse<unknown>,
  options: HttpOptions<Bucket>,
  call: HttpCall<Bucket, Body>,
): Body {
  const where = name(options, call);
  if (response.status < 200 || response.status > 299) throw refused(response, options.explain, where);
  const parsed = call.schema.safeParse(parseJson(response.data, where));
  if (parsed.success) return parsed.data;
  throw new VendorError('unexpected-response', `${where}: the answer has an unknown shape at ${firstPath(parsed.error)}`);
}

function parseJson(data: unknown, where: string): unknown {
  if (typeof data !== 'string' || data === '') return undefined;
  try {
    return JSON.parse(data);
  } catch {
    const what = data.trimStart().startsWith('<') ? 'HTML or XML' : 'no complete JSON';
    throw new VendorError('unexpected-response', `${where}: the answer is ${what}`);
  }
}

/** Keys that are data (ids, names) are masked: a message ends up in a history. */
function firstPath(error: z.ZodError): string {
  const path = error.issues[0]?.path ?? [];
  const parts = path.map((part) => (typeof part === 'string' && /^[A-Za-z_][A-Za-z_]*$/.test(part) ? part : '*'));
  return parts.length === 0 ? 'its root' : parts.join('.');
}

function refused(response: AxiosResponse<unknown>, explain: HttpOptions<string>['explain'], where: string): VendorError {
  const header = (key: string): string | undefined => {
    const value: unknown = response.headers[key];
    return typeof value === 'string' ? value : undefined;
  };
  const refusal: Refusal = { status: response.status, header, body: jsonOrNull(response.data) };
  const reading = explain?.(refusal) ?? {};
  const code = safeCode(reading.code);
  return new VendorError(
    reading.kind ?? kindOfStatus(response.status),
    `${where}: answered ${response.status}${code === undefined ? '' : ` (${code})`}`,
    { retryAfterMs: retryAfter(header('retry-after'), header('date')) ?? reading.retryAfterMs },
  );
}

function jsonOrNull(data: unknown): unknown {
  if (typeof data !== 'string' || data === '') return null;
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}

function kindOfStatus(status: number): FailureKind {
  if (status < 400) return 'unexpected-response'; // a redirect is not followed: it could carry the secret to another host
  if (status >= 500) return 'vendor-unavailable';
  switch (status) {
    case 401:
      return 'unauthorized';
    case 403:
      return 'forbidden';
    case 404:
    case 410:
      return 'not-found';
    case 408:
      return 'timeout';
    case 409:
    case 412:
      return 'conflict';
    case 429:
      return 'rate-limited';
    default:
      return 'invalid-request';
  }
}

/** `Retry-After` of RFC 9110: seconds, or a date, read against the vendor's own clock where it sends one. */
function retryAfter(value: string | undefined, date: string | undefined): number | undefined {
  if (value === undefined || value.trim() === '') return undefined;
  const seconds = Number(value);
  if (Number.isFinite(seconds)) return clampDelay(seconds * 1000);
  const until = Date.parse(value);
  const now = Date.parse(date ?? '');
  return Number.isNaN(until) ? undefined : clampDelay(until - (Number.isNaN(now) ? Date.now() : now));
}

function clampDelay(delayMs: number): number {
  return Math.min(Math.max(Math.ceil(delayMs), 0), longestRetryAfterMs);
}

function safeCode(code: string | undefined): string | undefined {
  return code !== undefined && /^[A-Za-z][A-Za-z_-]{0,63}$/.test(code) ? code : undefined;
}
