import { createTransport } from 'nodemailer';
import type { MailPort } from '../ports/mail.js';
import { VendorError } from '../ports/vendor.js';

/** Sends over SMTP (RFC 5321), at most one connection per worker. */
export function smtpMail(url: string, from: string): MailPort & { readonly close: () => void } {
  const transport = createTransport({ url, pool: true, maxConnections: 1, connectionTimeout: 10_000, socketTimeout: 30_000 });
  return {
    async send({ messageId, to, subject, text }) {
      try {
        await transport.sendMail({ from, to, subject, text, messageId, disableFileAccess: true, disableUrlAccess: true });
      } catch (error) {
        throw translate(error);
      }
    },
    verify: async () => {
      try {
        await transport.verify();
        return null;
      } catch (error) {
        return error instanceof Error && 'code' in error ? String(error.code) : 'no answer';
      }
    },
    close: () => transport.close(),
  };
}

/** A permanent refusal of this one mail (5xx after RCPT or DATA) against everything that passes. The server's text may quote an address. */
function translate(error: unknown): VendorError {
  const code = error instanceof Error && 'responseCode' in error ? Number(error.responseCode) : 0;
  const refused = code >= 500 && code !== 535 && code !== 530;
  return new VendorError(
    refused ? 'mail-refused' : 'mail-unavailable',
    `the mail server ${refused ? `refused a mail (${code})` : 'could not be reached'}`,
  );
}
