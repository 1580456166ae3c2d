import type { Language } from '../domain/words.js';
import type { Block, Part } from './letters/draft.js';
import { oneLine } from './oneLine.js';

// Mail programs drop style sheets, so every element carries its own; black on white is what no program's dark mode makes unreadable.
const styles = {
  body: 'margin:0;padding:16px;background:#ffffff;color:#1b1b1b;font:16px/1.55 -apple-system,"Segoe UI",Roboto,Helvetica,Arial,sans-serif',
  column: 'max-width:36em',
  paragraph: 'margin:0 0 16px;white-space:pre-line;overflow-wrap:anywhere',
  small: 'margin:24px 0 0;font-size:14px;font-style:italic;color:#4a4a4a;overflow-wrap:anywhere',
  link: 'color:#0b4f9e',
  answer:
    'display:inline-block;margin:0 8px 8px 0;padding:10px 18px;border:1px solid #0b4f9e;border-radius:6px;color:#0b4f9e;text-decoration:none',
  list: 'margin:0 0 16px;padding-left:1.3em',
  item: 'margin:0 0 6px',
  commands:
    'margin:0 0 16px;padding:10px 12px;background:#f3f3f3;font:14px/1.6 Consolas,Menlo,monospace;white-space:pre-wrap;overflow-wrap:anywhere',
} as const;

/** A letter's HTML part: text and links, nothing that is loaded from anywhere. */
export function asHtml(letter: { readonly subject: string; readonly blocks: readonly Block[] }, language: Language): string {
  const page = (
    <html lang={language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light only" />
        <title>{letter.subject}</title>
      </head>
      <body style={styles.body}>
        <div role="article" lang={language} aria-label={letter.subject} style={styles.column}>
          {letter.blocks.map((block) => (
            <BlockOf block={block} />
          ))}
        </div>
      </body>
    </html>
  );
  return `<!doctype html>\n${String(page)}\n`;
}

function BlockOf({ block }: { readonly block: Block }) {
  switch (block.kind) {
    case 'paragraph':
    case 'small':
      return <p style={styles[block.kind]}>{block.parts.map(partOf)}</p>;
    case 'answers':
      return (
        <p style={styles.paragraph}>
          {block.answers.map(({ label, href }) => (
            <a href={href} style={styles.answer}>
              {label}
            </a>
          ))}
        </p>
      );
    case 'list':
      return (
        <ul style={styles.list}>
          {block.items.map(({ text, href }) => (
            <li style={styles.item}>{href === null ? oneLine(text) : linked(href, oneLine(text))}</li>
          ))}
        </ul>
      );
    case 'commands':
      return <pre style={styles.commands}>{block.lines.join('\n')}</pre>;
    default:
      return block satisfies never;
  }
}

function partOf(part: Part) {
  if (typeof part === 'string') return part;
  return 'href' in part ? linked(part.href, part.href) : <strong>{part.strong}</strong>;
}

function linked(href: string, text: string) {
  return (
    <a href={href} style={styles.link}>
      {text}
    </a>
  );
}
