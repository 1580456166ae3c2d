import type { z } from 'zod';

/** An answer of the control API that is no success: status, kebab-case code, what to do, and the path of the input at fault. */
export class ControlError extends Error {
  readonly status: number;
  readonly code: string;
  readonly path: string | null;

  constructor(status: number, code: string, message: string, path: string | null = null) {
    super(message);
    this.status = status;
    this.code = code;
    this.path = path;
  }
}

/** The error body of contracts.md, the same on every port of the project. */
export function errorBody(code: string, message: string, path: string | null): { error: Record<string, string> } {
  return { error: path === null ? { code, message } : { code, message, path } };
}

/** The first fault that a schema found, as a path like `rules/0/rate` and a sentence. */
export function firstIssue(error: z.ZodError): { path: string; message: string } {
  const issue = error.issues[0];
  if (issue === undefined) return { path: '', message: 'The input is not valid.' };
  const unknownKey = issue.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  const path = [...issue.path, ...unknownKey].map(String).join('/');
  return { path, message: unknownKey.length > 0 ? `There is no field ${path}.` : issue.message };
}

/** Reads a control request; throws 400 `invalid-input` with the path of the first fault. */
export function readInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const read = schema.safeParse(input);
  if (read.success) return read.data;
  const { path, message } = firstIssue(read.error);
  throw new ControlError(400, 'invalid-input', message, path);
}
