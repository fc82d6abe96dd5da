/** Fits text into the columns of a terminal. Chinese characters and emoji take two columns. */
import sliceAnsi from 'slice-ansi';
import stringWidth from 'string-width';

/** How many columns a text on one line takes. */
export function widthOf(text: string): number {
  return /^[ -~]*$/.test(text) ? text.length : stringWidth(text);
}

/** Filled with blanks on its right. */
export function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** Filled with blanks on its left. */
export function padStart(text: string, width: number): string {
  return ' '.repeat(Math.max(0, width - widthOf(text))) + text;
}

/** In `width` columns at most: a longer text loses its middle, because names differ at their ends. */
export function shortened(text: string, width: number): string {
  const full = widthOf(text);
  if (full <= width) return text;
  const tail = Math.floor((width - 1) / 2);
  return `${sliceAnsi(text, 0, width - 1 - tail)}…${sliceAnsi(text, full - tail)}`;
}

/** The words in lines of `width` columns, the first of which begins at column `indent`, as do the others. A longer word stays whole. */
export function wrapped([first = '', ...words]: readonly string[], width: number, indent: number): string {
  const lines: string[] = [];
  let line = first;
  for (const word of words) {
    const longer = `${line} ${word}`;
    const isFull = indent + widthOf(longer) > width;
    if (isFull) lines.push(line);
    line = isFull ? word : longer;
  }
  return [...lines, line].join(`\n${' '.repeat(indent)}`);
}
