import type { FastifyInstance } from 'fastify';
import { Readable } from 'node:stream';
import { readForm } from './form.js';
import { sizeLimit } from './list/columns.js';
import type { Sent } from './parts.js';

const formLimitBytes = 64 * 1024;
/** A list in a form: its commas, line ends and accents are sent as three characters each. */
const listFormLimitBytes = 3 * sizeLimit;

/** A body that is larger than its page takes. */
class BodyTooLarge extends Error {
  readonly statusCode = 413;
}

/** Leaves bodies unread: how much may be read is known only once the link is. */
export function leaveBodies(app: FastifyInstance): void {
  app.addContentTypeParser('*', (_request, payload, done) => done(null, payload));
}

/** Reads what a button sent. `isList` is the one page that takes more than a form. Throws a 413 when it is too much. */
export async function readSent(body: unknown, contentType: string | undefined, isList: boolean): Promise<Sent> {
  if (!(body instanceof Readable)) return { kind: 'other' };
  const type = contentType?.split(';')[0]?.trim().toLowerCase();
  if (type === 'text/csv' && isList) return { kind: 'csv', bytes: await readUpTo(body, sizeLimit) };
  const bytes = await readUpTo(body, isList ? listFormLimitBytes : formLimitBytes);
  return type === 'application/x-www-form-urlencoded'
    ? { kind: 'form', form: readForm(bytes.toString('utf8')) }
    : { kind: 'other' };
}

function readUpTo(stream: Readable, limitBytes: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const take = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= limitBytes) return void chunks.push(chunk);
      // The rest flows by unkept, so that the sender reads our answer instead of a broken connection.
      stream.off('data', take);
      stream.resume();
      reject(new BodyTooLarge('a body is larger than its page takes'));
    };
    stream.on('data', take);
    stream.once('end', () => resolve(Buffer.concat(chunks)));
    stream.once('error', reject);
    stream.once('close', () => reject(new Error('a request ended before its body did')));
  });
}
