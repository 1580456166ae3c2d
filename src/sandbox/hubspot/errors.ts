import { randomUUID } from 'node:crypto';
import type { z } from 'zod';
import { firstIssue } from '../errors.js';

/** Details of one fault inside an error body. */
export type ErrorDetail = { message: string; code?: string; in?: string; context?: Record<string, string[]> };

/** An answer in HubSpot's error shape. */
export class HubspotError extends Error {
  readonly status: number;
  readonly category: string;
  readonly details: readonly ErrorDetail[];
  readonly context: Record<string, string[]> | null;

  constructor(
    status: number,
    category: string,
    message: string,
    extra: { details?: readonly ErrorDetail[]; context?: Record<string, string[]> } = {},
  ) {
    super(message);
    this.status = status;
    this.category = category;
    this.details = extra.details ?? [];
    this.context = extra.context ?? null;
  }
}

/** The body of an error: `{status, message, correlationId, category, errors?, context?}`. */
export function hubspotErrorBody(error: HubspotError): object {
  return {
    status: 'error',
    message: error.message,
    correlationId: randomUUID(),
    category: error.category,
    ...(error.details.length > 0 ? { errors: error.details } : {}),
    ...(error.context === null ? {} : { context: error.context }),
  };
}

/** 400 with the first fault of a body or query; unknown fields count as faults (UNCONFIRMED: the vendor may ignore them). */
export function readHubspot<T>(schema: z.ZodType<T>, input: unknown): T {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  const { path, message } = firstIssue(read.error);
  throw new HubspotError(400, 'VALIDATION_ERROR', `Invalid input JSON at ${path === '' ? 'the body' : path}: ${message}`);
}

/** 404 for a record, an owner or a property that is not there. */
export function notFound(what: string): HubspotError {
  return new HubspotError(404, 'OBJECT_NOT_FOUND', `${what} was not found`);
}
