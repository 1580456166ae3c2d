import { oneLine } from './oneLine.js';
import type { Block, Part } from './letters/draft.js';

/** A letter's plain-text part: everything that the HTML says, links included. */
export function asText(blocks: readonly Block[]): string {
  return blocks.map(blockText).join('\n\n');
}

function blockText(block: Block): string {
  switch (block.kind) {
    case 'paragraph':
    case 'small':
      return block.parts.map(partText).join('');
    case 'answers':
      return block.answers.map(({ label, href }) => `${label}: ${href}`).join('\n');
    case 'list':
      return block.items.map(({ text, href }) => `- ${oneLine(text)}${href === null ? '' : `\n  ${href}`}`).join('\n');
    case 'commands':
      return block.lines.map((line) => `  ${line}`).join('\n');
    default:
      return block satisfies never;
  }
}

function partText(part: Part): string {
  if (typeof part === 'string') return part;
  return 'href' in part ? part.href : part.strong;
}
