import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { previewAll } from '../mail/preview.js';
import { emit, note, wrongUsage, type Session } from './output.js';

/** What `mails` takes. */
export interface MailsOptions {
  readonly preview?: boolean;
  /** A folder for one HTML file per letter and language. */
  readonly out?: string;
}

/** `mails --preview`: every letter in every language with made-up people; needs no configuration, and sends nothing. */
export async function mails(session: Session, { preview, out }: MailsOptions): Promise<void> {
  if (!preview) throw wrongUsage('Add --preview: this command only shows what Baton writes, it sends nothing.');
  const written = previewAll();
  if (out !== undefined) {
    await mkdir(out, { recursive: true });
    for (const { id, language, html } of written) await writeFile(join(out, `${id}.${language}.html`), html);
    note(session, `${written.length} letters written to ${out}.`);
  }
  emit(session, { mails: written }, () =>
    written.map(({ id, language, subject }) => `${id}  ${language}  ${subject}`).join('\n'),
  );
}
