/**
 * Keeps data from controlling a terminal: names and values come from taps and servers, and a terminal obeys some characters. Also
 * those that change the direction of writing (Unicode, Bidi_Control), with which one name can look like another.
 */

// eslint-disable-next-line no-control-regex -- these are the characters that are meant
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]|\p{Bidi_Control}/gu;

/** On one line: control characters are written as in JSON, such as `\\n` and `\\u001b`. */
export function printable(text: string): string {
  return text.replace(CONTROLS, escaped);
}

/** The same for text of several lines, which stay lines. In JSON, the meaning does not change. */
export function printableLines(text: string): string {
  return text.replace(CONTROLS, (character) =>
    character === '\n' || character === '\t' ? character : escaped(character),
  );
}

function escaped(character: string): string {
  const short = JSON.stringify(character).slice(1, -1);
  return short === character ? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}` : short;
}
