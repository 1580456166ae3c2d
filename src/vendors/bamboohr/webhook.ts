import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { SignatureVerdict, WebhookPort, WebhookRequest } from '../../ports/vendor.js';
import type { BamboohrConfig } from './config.js';

/** Names of the fields that can begin, move or end a handover, in both families' spelling without spaces and case. */
const relevantNames = [
  'status',
  'terminationDate',
  'terminationReason',
  'terminationType',
  'employmentHistoryStatus',
  'employmentStatus',
  'employmentStatusDate',
  'employmentStatusEffectiveDate',
  'hireDate',
  'originalHireDate',
  'supervisor',
  'supervisorId',
  'supervisorEId',
  'supervisorEmail',
  'reportsTo',
  'reportsToId',
  'reportingTo',
] as const;

const record = z.union([z.string().min(1), z.number().int().transform(String)]);
const changedFields = z.array(z.string()).optional();
// The document writes the zone as +0000, the specification as Z.
const timestamp = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/);
const employeeEvent = z.object({
  type: z.string().regex(/^employee(_with_fields)?\.[a-z_]+$/),
  timestamp,
  data: z.object({ employeeId: record, changedFields }),
});
const companyEvent = z.object({ type: z.string().regex(/^company(-integrations)?\.[a-z_]+$/), timestamp });
const fieldFamily = z.object({ employees: z.array(z.object({ id: record, action: z.string().optional(), changedFields })) });

/** BambooHR's webhooks (documentation.bamboohr.com/docs/webhooks-2 and /docs/event-based-webhooks); null without a secret. */
export function createBamboohrWebhook(config: BamboohrConfig): WebhookPort | null {
  const { webhookSecret, signatureTolerance, fields, webhookFields } = config;
  if (webhookSecret === undefined) return null;
  const configured = [...fields.manager, ...fields.employmentStatus, ...fields.lastWorkingDay, ...webhookFields];
  const relevant = new Set([...relevantNames, ...configured].map(plainName));
  const matters = (changed: readonly string[] | undefined) =>
    changed === undefined || changed.some((name) => relevant.has(plainName(name)));
  return {
    verify: (request, nowMs) => verify(request, nowMs, { secret: webhookSecret, toleranceSeconds: signatureTolerance }),
    records: (payload) => recordsOf(payload, matters),
  };
}

function verify(request: WebhookRequest, nowMs: number, key: { secret: string; toleranceSeconds: number }): SignatureVerdict {
  const signature = single(request.headers['x-bamboohr-signature']);
  const sentAt = single(request.headers['x-bamboohr-timestamp']);
  if (signature === null || sentAt === null) return 'missing-signature';
  if (!/^-?\d{1,15}$/.test(sentAt)) return 'stale-timestamp';
  const isNear = Math.abs(nowMs / 1000 - Number(sentAt)) <= key.toleranceSeconds;
  if (!isNear) return 'stale-timestamp';
  if (!/^[0-9a-f]{64}$/.test(signature)) return 'invalid-signature';
  // The body first, then the timestamp, nothing between them: so it was recorded; guides that say otherwise are wrong.
  const expected = createHmac('sha256', key.secret).update(request.body).update(sentAt, 'utf8').digest();
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? 'valid' : 'invalid-signature';
}

/** A header that came once and is not empty. */
function single(header: string | readonly string[] | undefined): string | null {
  return typeof header === 'string' && header !== '' ? header : null;
}

function recordsOf(payload: unknown, matters: (changed: readonly string[] | undefined) => boolean): readonly string[] | null {
  const event = employeeEvent.safeParse(payload);
  if (event.success) {
    const { type, data } = event.data;
    return type.endsWith('.updated') && !matters(data.changedFields) ? [] : [data.employeeId];
  }
  if (companyEvent.safeParse(payload).success) return [];
  const legacy = fieldFamily.safeParse(payload);
  if (!legacy.success) return null;
  const changed = legacy.data.employees.filter((employee) => isArrivalOrEnd(employee.action) || matters(employee.changedFields));
  return [...new Set(changed.map(({ id }) => id))];
}

function isArrivalOrEnd(action: string | undefined): boolean {
  return action !== undefined && action.toLowerCase() !== 'updated';
}

/** `Termination Date` and `terminationDate` are the same field. */
function plainName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}
