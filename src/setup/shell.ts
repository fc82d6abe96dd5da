/** Commands of a shell, with JSON among their words. */

/** A word, or what becomes one as JSON. */
export type Word = string | object;

export interface Step {
  readonly why: string;
  readonly command: readonly Word[];
}

/** The command as it is typed. JSON spans lines if it `isReadable`. */
export function shellText(command: readonly Word[], isReadable = false): string {
  const json = isReadable ? readable : JSON.stringify;
  return command.map((word) => quote(typeof word === 'string' ? word : json(word))).join(' ');
}

/** Lists of one text stay on their line. */
function readable(value: object): string {
  return JSON.stringify(value, undefined, 2).replace(/\[\n +("(?:[^"\\]|\\.)*")\n +\]/g, '[$1]');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
