import { simpleParser, type Attachment } from 'mailparser';
import type { Bounce } from '../ports/mail.js';

/** Whether a Content-Type header announces a delivery report (RFC 3464, 2). */
export function isReport(header: string): boolean {
  const unfolded = header.replace(/\r?\n[ \t]+/g, ' ');
  return /^content-type:\s*multipart\/report\s*;/im.test(unfolded) && /report-type\s*=\s*"?delivery-status\b/i.test(unfolded);
}

/** The failed and the delayed recipients of a delivery report, also of one that was cut off; none when it is not one after all. */
export async function bouncesIn(source: Buffer): Promise<readonly Bounce[]> {
  const attachments = await partsOf(source);
  const status = attachments.find(({ contentType }) => statusTypes.includes(contentType));
  if (status === undefined) return [];
  const messageId = originalId(attachments.find(({ contentType }) => originalTypes.includes(contentType)));
  return textOf(status)
    .split(/\n[ \t]*\n+/)
    .map((group) => bounceOf(fieldsOf(group), messageId))
    .filter((bounce) => bounce !== null);
}

/** What cannot be parsed has no parts: anybody may write to this mailbox, and one broken message must not hold up the rest for ever. */
async function partsOf(source: Buffer): Promise<readonly Attachment[]> {
  const options = { keepDeliveryStatus: true, skipHtmlToText: true, skipTextToHtml: true, skipImageLinks: true };
  return simpleParser(source, options).then(
    ({ attachments }) => attachments,
    () => [],
  );
}

/** The second of each is for addresses outside ASCII (RFC 6533). */
const statusTypes = ['message/delivery-status', 'message/global-delivery-status'];
const originalTypes = ['message/rfc822', 'message/global', 'text/rfc822-headers', 'message/global-headers'];

/** One recipient's fields; null for the group about the whole message, and where the mail arrived. */
function bounceOf(fields: ReadonlyMap<string, string>, messageId: string | null): Bounce | null {
  const action = fields.get('action')?.toLowerCase();
  // The original recipient is whom we wrote to; the final one may be where their mail is forwarded to.
  const recipient = addressIn(fields.get('original-recipient')) ?? addressIn(fields.get('final-recipient'));
  const status = /^([245]\.\d{1,3}\.\d{1,3})\b/.exec(fields.get('status') ?? '')?.[1];
  if (recipient === null || status === undefined || (action !== 'failed' && action !== 'delayed')) return null;
  return { messageId, recipient, status, permanent: action === 'failed' && status.startsWith('5') };
}

/** `rfc822;lone@example.com`, as an address in lower case. */
function addressIn(field: string | undefined): string | null {
  const found = /^(?:rfc822|utf-8)\s*;\s*<?([^\s<>;,]+@[^\s<>;,]+?)>?\s*$/i.exec(field ?? '');
  return found?.[1]?.toLowerCase() ?? null;
}

function originalId(original: Attachment | undefined): string | null {
  if (original === undefined) return null;
  const [headers = ''] = textOf(original).split('\n\n');
  const id = fieldsOf(headers).get('message-id') ?? '';
  return /^<[^\s<>]+@[^\s<>]+>$/.test(id) ? id : null;
}

/** Header fields by their names in lower case; of repeated ones the first counts. */
function fieldsOf(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const line of text.replace(/\n[ \t]+/g, ' ').split('\n')) {
    const colon = line.indexOf(':');
    const name = line.slice(0, Math.max(0, colon)).trim().toLowerCase();
    if (name !== '' && !fields.has(name)) fields.set(name, line.slice(colon + 1).trim());
  }
  return fields;
}

function textOf({ content }: Attachment): string {
  return content.toString('utf8').replaceAll('\r\n', '\n');
}
