/**
 * HTML that cannot be built from a plain string by accident: every string in a template is escaped, so names and messages from
 * taps and clusters stay what they are. Markup that another library made is marked with `markup`.
 */
import { printable, printableLines } from '../printable.ts';

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Value = Html | string | number | readonly Html[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/**
 * A template of HTML. Strings become text on one line, or the value of an attribute in double quotes. The indentation of the
 * template is left out.
 */
export function safe(parts: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(
    parts.reduce((text, part, at) => {
      const value = values[at - 1];
      return text + (value === undefined ? '' : textOf(value)) + part.replace(/\n\s+/g, '\n');
    }, ''),
  );
}

/** Text of several lines, which stay lines. */
export function lines(text: string): Html {
  return new Html(escape(printableLines(text.toWellFormed())));
}

/** Markup that this program or a library made; its strings are escaped already. */
export function markup(text: string): Html {
  return new Html(text);
}

function textOf(value: Value): string {
  if (value instanceof Html) return value.text;
  if (typeof value === 'string') return escape(printable(value.toWellFormed()));
  if (typeof value === 'number') return String(value);
  return value.map(({ text }) => text).join('');
}

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
