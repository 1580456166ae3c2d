import type { Language } from '../domain/words.js';
import type { Piece, WebParts } from './parts.js';
import { stylesheet } from './style.js';
import type { Words } from './words/index.js';

/** A page and its frame. */
export interface Frame {
  readonly title: string;
  readonly language: Language;
  readonly words: Words;
  readonly company: Pick<WebParts['company'], 'name' | 'privacyUrl'>;
  readonly body: Piece;
  readonly wide?: boolean | undefined;
  /** Whether the page belongs to one person, so that it says so. */
  readonly personal: boolean;
}

/** A whole page as HTML text. */
export async function renderPage(frame: Frame): Promise<string> {
  const page = await (<Page {...frame} />);
  return `<!doctype html>\n${String(page)}`;
}

function Page({ title, language, words, company, body, wide, personal }: Frame) {
  return (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex, nofollow" />
        <title>{`${title} – ${company.name}`}</title>
        <style dangerouslySetInnerHTML={{ __html: stylesheet }} />
      </head>
      <body class={wide ? 'wide' : ''}>
        <a class="skip" href="#content">
          {words.frame.skip}
        </a>
        <header>{company.name}</header>
        <main id="content">
          <h1>{title}</h1>
          {body}
        </main>
        <footer>
          {personal ? <p>{words.frame.personal}</p> : null}
          {company.privacyUrl === null ? null : (
            <p>
              <a href={company.privacyUrl} rel="noreferrer noopener">
                {words.frame.privacy}
              </a>
            </p>
          )}
        </footer>
      </body>
    </html>
  );
}
