/** The readers of all formats: no split of the input matters, and what was written is what is read. */
import { expect } from 'chai';
import fc from 'fast-check';
import { CsvReader } from '../../../../src/local/redshift/rows/csv.ts';
import { planColumn } from '../../../../src/local/redshift/rows/column-plan.ts';
import { DelimitedReader } from '../../../../src/local/redshift/rows/delimited.ts';
import { JsonReader } from '../../../../src/local/redshift/rows/json-reader.ts';
import { IS_NULL, type RecordReader } from '../../../../src/local/redshift/rows/record.ts';
import { HOSTILE } from '../../../../src/local/redshift/readings.ts';
import { translate } from '../../../../src/local/redshift/sql/translate.ts';

const COLUMNS = 4;

type Field = string | null;
interface Seen {
  readonly fields: readonly Field[];
  readonly count: number;
  readonly line: number;
  readonly raw: string;
  readonly wrong: string | undefined;
}

function readAll(reader: RecordReader, chunks: readonly Buffer[]): Seen[] {
  const seen: Seen[] = [];
  const drain = (): void => {
    while (reader.next()) {
      const { buffer, start, contentEnd, fields, starts, ends, marks, count, line, fault } = reader.record;
      seen.push({
        fields: Array.from({ length: Math.min(count, COLUMNS) }, (_, index) =>
          ((marks[index] ?? 0) & IS_NULL) !== 0 ? null : fields.toString('utf8', starts[index], ends[index]),
        ),
        count,
        line,
        raw: buffer.toString('utf8', start, contentEnd),
        wrong: fault?.problem.reason,
      });
    }
  };
  for (const chunk of chunks) {
    reader.source.feed(chunk);
    drain();
  }
  reader.source.end();
  drain();
  return seen;
}

const copy = translate(`COPY t FROM 's3://b/k' IAM_ROLE default JSON 'auto'`)[0]?.copy;
if (copy === undefined) throw new Error('no COPY');
const plans = ['a', 'b', 'c', 'd'].map((name) =>
  planColumn({ name, type: 'character varying', length: 99, notNull: false }, copy, HOSTILE),
);

const READERS: Readonly<
  Record<string, { readonly pieces: readonly string[]; readonly open: () => RecordReader }>
> = {
  'delimited text': {
    pieces: ['a', 'é', '|', '"', '\n', '\r\n', '\r', '\\', '\u0001', '\0'],
    open: () => new CsvReader({ delimiter: '|', foreignQuote: '\u0001' }, COLUMNS),
  },
  'text with ESCAPE and REMOVEQUOTES': {
    pieces: ['a', 'é', '|', '"', "'", '\n', '\r\n', '\r', '\\', '\\\n', '\\N', '\\|', '"x"'],
    open: () => new DelimitedReader({ delimiter: '|', escape: true, removeQuotes: true }, COLUMNS, 1),
  },
  'CSV with a long delimiter': {
    pieces: ['a', '~', '|~|', '"', '""', '"x"', '"y\n"', '\n', '\r\n', '\r', ' '],
    open: () => new DelimitedReader({ delimiter: '|~|', quote: '"' }, COLUMNS),
  },
  JSON: {
    pieces: [
      '{',
      '}',
      '"a"',
      ':',
      '1',
      ',',
      '"b\\n{"',
      '[',
      ']',
      '\n',
      ' ',
      '{"a":1,"b":"x"}',
      '{"c":null}',
      '\\',
    ],
    open: () => new JsonReader(plans, 'auto', undefined, true),
  },
};

describe('a reader of', () => {
  for (const [name, { pieces, open }] of Object.entries(READERS)) {
    it(`${name} gives the same records for every split of the input`, () => {
      fc.assert(
        fc.property(
          fc.array(fc.constantFrom(...pieces), { maxLength: 40 }),
          fc.integer({ min: 1, max: 7 }),
          (parts, size) => {
            const bytes = Buffer.from(parts.join(''));
            const chunks = [];
            for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
            expect(readAll(open(), chunks)).to.deep.equal(readAll(open(), [bytes]));
          },
        ),
        { numRuns: 1000 },
      );
    });
  }

  const text = fc.string({
    unit: fc.constantFrom('a', 'é', '|', '"', "'", '\\', ' ', '\n', '\r', 'N', '{', '\u0001'),
  });
  const rows = fc.array(fc.array(text, { minLength: COLUMNS, maxLength: COLUMNS }), { maxLength: 5 });

  it('text with ESCAPE gives back the fields that were written with backslashes', () => {
    const escape = (field: string): string => field.replaceAll(/[\\|\n\r]/g, '\\$&');
    fc.assert(
      fc.property(rows, (given) => {
        const written = given.map((row) => `${row.map(escape).join('|')}\n`).join('');
        const reader = new DelimitedReader({ delimiter: '|', escape: true }, COLUMNS);
        // A field that ends in a carriage return can not stand at the end of a line.
        fc.pre(given.every((row) => !row.at(-1)?.endsWith('\r')));
        expect(readAll(reader, [Buffer.from(written)]).map(({ fields }) => fields)).to.deep.equal(given);
      }),
    );
  });

  it('JSON gives back the strings that were written', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom('', '\n', ' \n '), (given, between) => {
        const written = given.map(([a, b, c, d]) => JSON.stringify({ d, c, b, a }) + between).join('');
        const reader = new JsonReader(plans, 'auto', undefined, true);
        expect(readAll(reader, [Buffer.from(written)]).map(({ fields }) => fields)).to.deep.equal(given);
      }),
    );
  });
});
