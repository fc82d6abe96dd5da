/** Commands of a shell, with JSON among their words. */

/** A word, or what becomes one as JSON. */
export type Word = string | object;

export interface Step {
  readonly why: string;
  readonly command: readonly Word[];
}

/** The command as it is typed. JSON spans lines if it `isReadable`. */
export function shellText(command: readonly Word[], isReadable = false): string {
  return command
    .map((word) =>
      quote(typeof word === 'string' ? word : JSON.stringify(word, undefined, isReadable ? 2 : 0)),
    )
    .join(' ');
}

function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
