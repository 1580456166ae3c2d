import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger } from 'pino';

/** What a logger is made from; `destination` is stdout unless said (the CLI's results have stdout for themselves). */
export interface LoggerOptions {
  readonly name: string;
  readonly level: string;
  readonly destination?: 'stdout' | 'stderr' | DestinationStream | undefined;
}

/** Makes a logger that writes one line of JSON per event, without secrets, addresses or payloads wherever they were put. */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: { name: options.name, pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (level) => ({ level }), log: withPlainErrors },
      serializers: { err: plainIfError, req: requestFields, res: responseFields },
      hooks: {
        logMethod(args, method) {
          const [first, message, ...rest] = args;
          if (args.length === 1) method.call(this, first);
          else method.call(this, first, plainInMessage(message), ...rest.map(plainInMessage));
        },
        // The finished line is cleaned, because pino's own `redact` knows fixed paths and neither messages nor depth.
        streamWrite: cleanLine,
      },
    },
    streamOf(options.destination ?? 'stdout'),
  );
}

const maxCauses = 5;
const maxText = 8192;

/** An error as the log shows it: what our own errors and axios's say about themselves, never `config`, `request` or `response.data`. */
export function errorFields(error: Error, depth = 0): Record<string, unknown> {
  const status = statusOf(error);
  const causes = depth < maxCauses;
  return {
    type: error.constructor.name || error.name,
    message: error.message,
    ...pick(error, ['code', 'kind', 'type'], { type: 'failure' }),
    ...(status === undefined ? {} : { status }),
    stack: error.stack,
    ...(causes && error.cause instanceof Error ? { cause: errorFields(error.cause, depth + 1) } : {}),
    ...(causes && error instanceof AggregateError
      ? { errors: error.errors.map((inner: unknown) => plainIfError(inner, depth + 1)) }
      : {}),
  };
}

function pick(error: Error, keys: readonly string[], names: Readonly<Record<string, string>>): Record<string, string | number> {
  const found: Record<string, string | number> = {};
  for (const key of keys) {
    const value: unknown = Reflect.get(error, key);
    if (typeof value === 'string' || typeof value === 'number') found[names[key] ?? key] = value;
  }
  return found;
}

function statusOf(error: Error): number | undefined {
  const response: unknown = Reflect.get(error, 'response');
  const inResponse: unknown = isObject(response) ? response['status'] : undefined;
  const own: unknown = inResponse ?? Reflect.get(error, 'status');
  return typeof own === 'number' ? own : undefined;
}

function plainIfError(value: unknown, depth = 0): unknown {
  if (!(value instanceof Error)) return isObject(value) ? value : String(value);
  return errorFields(value, depth);
}

/** Objects belong in fields; one that is printed into a message (`%o`) would get around the cleaning by key. */
function plainInMessage<T>(argument: T): T | string {
  if (argument instanceof Error) return argument.message;
  return isObject(argument) ? '[object]' : argument;
}

/** JSON shows an error as `{}` or with all that hangs on it; so each becomes plain, whatever its key. */
function withPlainErrors(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [key, value instanceof Error ? errorFields(value) : value]),
  );
}

function requestFields(request: unknown): unknown {
  return isObject(request) ? { id: request['id'], method: request['method'] } : undefined;
}

function responseFields(response: unknown): unknown {
  return isObject(response) ? { statusCode: response['statusCode'] } : undefined;
}

const secretKey = /authorization|cookie|secret|token|password|passwd|api[-_]?key|private[-_]?key|signature|credential/i;
const hiddenKeys = new Set(
  [
    'config',
    'headers',
    'rawHeaders',
    'request',
    'data',
    'body',
    'rawBody',
    'payload',
    'databaseUrl',
    'smtpUrl',
    'connectionString',
  ].concat([
    'email',
    'workEmail',
    'privateEmail',
    'personalEmail',
    'givenName',
    'familyName',
    'firstName',
    'lastName',
    'displayName',
  ]),
);
const redacted = '[redacted]';

function cleanLine(line: string): string {
  return `${JSON.stringify(JSON.parse(line, (key, value: unknown) => cleanValue(key, value)))}\n`;
}

function cleanValue(key: string, value: unknown): unknown {
  if (value !== null && (secretKey.test(key) || hiddenKeys.has(key))) return redacted;
  return typeof value === 'string' ? cleanText(value) : value;
}

function cleanText(text: string): string {
  return text
    .slice(0, maxText)
    .replace(/\/\/[^\s/@]*:[^\s/@]*@/g, `//${redacted}@`)
    .replace(/\b(Bearer|Basic)\s+[\w.~+/=-]{16,}/gi, `$1 ${redacted}`)
    .replace(/\b([\w-]*(?:token|secret|password|key|signature))=[^\s&"']+/gi, `$1=${redacted}`)
    .replace(/(\/[lu]\/)[\w-]{16,}/g, `$1${redacted}`)
    .replace(/[\w.+'-]+@[\w-]+(?:\.[\w-]+)*\.[a-z]{2,}/gi, redacted);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object';
}

function streamOf(destination: 'stdout' | 'stderr' | DestinationStream): DestinationStream {
  switch (destination) {
    case 'stdout':
      return pino.destination({ fd: 1, sync: true });
    case 'stderr':
      return pino.destination({ fd: 2, sync: true });
    default:
      return destination;
  }
}
