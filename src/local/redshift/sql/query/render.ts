/** Puts tokens together again. */
import type { Token } from '../tokens.ts';

/** The tokens with what is between them. */
export function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ gap, text }) => `${gap}${text}`).join('');
}

/** The text, with a space before it where none is. */
export function spaced(text: string): string {
  return /^\s/.test(text) || text === '' ? text : ` ${text}`;
}
