/** Puts tokens together again. */
import { quoteName } from '../names.ts';
import type { Token } from '../tokens.ts';

/** The tokens with what is between them. */
export function textOf(tokens: readonly Token[]): string {
  return tokens.map(({ gap, text }) => `${gap}${text}`).join('');
}

/** An item of the engine's select list. */
export function itemText(text: string, name: string | undefined): string {
  return name === undefined ? text : `${text} AS ${quoteName(name)}`;
}
