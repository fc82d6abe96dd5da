/** How the engine's COPY reads the checked rows: as the input is written where it can, so that good rows need no change. */
import type { RecordCopy } from '../sql/statement.ts';
import { literal } from '../sql/tokens.ts';

/** The CSV that the engine gets. */
export interface EngineSyntax {
  /** One ASCII character each. */
  readonly delimiter: string;
  readonly quote: string;
  /** The text that stands for NULL when it is not quoted. */
  readonly sentinel: string;
  /** Whether records of the input with good fields are records of this CSV. */
  readonly verbatim: boolean;
}

const SENTINELS = ['\\N', '@NULL@', '~', '?'] as const;
/** Control characters that enclose fields where the input has no quotes: a field that contains one is rewritten. */
const UNUSUAL = ['\u0001', '\u0002'] as const;

export function engineSyntax({ format, nullAs }: RecordCopy): EngineSyntax {
  if (format.kind === 'json' || format.delimiter.length > 1)
    return { delimiter: ',', quote: '"', sentinel: '\\N', verbatim: false };
  const { delimiter } = format;
  const quote = format.kind === 'csv' ? format.quote : UNUSUAL[delimiter === UNUSUAL[0] ? 1 : 0];
  const legal = (text: string): boolean =>
    !text.includes(delimiter) && !text.includes(quote) && !/[\r\n\0]/.test(text);
  return {
    delimiter,
    quote,
    sentinel: legal(nullAs) ? nullAs : (SENTINELS.find(legal) ?? ''),
    verbatim: format.kind === 'csv' || (!format.escape && !format.removeQuotes),
  };
}

/** The options of PostgreSQL's COPY that reads it: `COPY t (...) FROM STDIN WITH (<options>)`. */
export function engineOptions({ delimiter, quote, sentinel }: EngineSyntax): string {
  return [
    'FORMAT csv',
    `DELIMITER ${literal(delimiter)}`,
    `QUOTE ${literal(quote)}`,
    `ESCAPE ${literal(quote)}`,
    `NULL ${literal(sentinel)}`,
    "ENCODING 'UTF8'",
  ].join(', ');
}
