/** Splits a client's text into tokens as the settings of its session have it. */
import type { Dialect } from './dialect.ts';
import { markCapitals } from './query/paths.ts';
import { tokenize, type Token } from './tokens.ts';

/** The tokens of a text. Throws RedshiftError as `tokenize` does. */
export function readTokens(text: string, { keepCase, keepsAttributeCase }: Dialect): readonly Token[] {
  const tokens = tokenize(text, keepCase);
  return keepsAttributeCase && !keepCase ? markCapitals(tokens) : tokens;
}
