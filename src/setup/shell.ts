/** Shell commands, whose words can be JSON. */

/** A word, or a value that becomes one as JSON. */
export type Word = string | object;

export interface Step {
  readonly why: string;
  readonly command: readonly Word[];
}

/** The command as it is typed. With `isReadable`, JSON spans several lines. */
export function shellText(command: readonly Word[], isReadable = false): string {
  const json = isReadable ? readable : JSON.stringify;
  return command.map((word) => quote(typeof word === 'string' ? word : json(word))).join(' ');
}

/** Lists with one string stay on one line. */
function readable(value: object): string {
  return JSON.stringify(value, undefined, 2).replace(/\[\n +("(?:[^"\\]|\\.)*")\n +\]/g, '[$1]');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
