/** Says of a failed statement which one it was and where in it the error is. */
import { LoadError } from '../errors.ts';
import { offsetOfCharacter, placeOf, type Statement } from './script.ts';

/** The same error with the place of the statement in its script, and the place that the server names. */
export function located(error: LoadError, script: string, { text, start, number }: Statement): LoadError {
  const { line } = placeOf(script, start);
  const which = number === 1 && line === 1 ? '' : `Statement ${number} (line ${line}): `;
  const position = positionIn(error.cause);
  if (position === undefined) return which === '' ? error : error.saying(which + error.message);
  const at = placeOf(script, start + offsetOfCharacter(text, position));
  return error.saying(`${which}${error.message} (line ${at.line}, column ${at.column})`);
}

/** The number of a character of the statement, from 1, which an error of the server has beside its message. */
function positionIn(cause: unknown): number | undefined {
  if (!(cause instanceof Error) || !('position' in cause)) return undefined;
  const position = Number(cause.position);
  return Number.isSafeInteger(position) && position > 0 ? position : undefined;
}
