import type { z } from 'zod';
import { firstIssue } from '../errors.js';

/** An answer without a body whose reason is in `X-BambooHR-Message`; only the list endpoint (`listCode`) has an error body. */
export class BambooError extends Error {
  readonly status: number;
  readonly listCode: string | null;

  constructor(status: number, message: string, listCode: string | null = null) {
    super(message);
    this.status = status;
    this.listCode = listCode;
  }
}

/** Reads a query string; 400 in the style of the endpoint. */
export function readQuery<T>(schema: z.ZodType<T>, query: unknown, style: 'plain' | 'list' = 'plain'): T {
  const read = schema.safeParse(query);
  if (read.success) return read.data;
  const { path, message } = firstIssue(read.error);
  throw new BambooError(400, `${path}: ${message}`, style === 'list' ? 'BadRequest' : null);
}
