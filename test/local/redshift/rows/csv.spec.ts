import { expect } from 'chai';
import fc from 'fast-check';
import { CsvReader } from '../../../../src/local/redshift/rows/csv.ts';

interface RecordSeen {
  readonly line: number;
  readonly fields: readonly string[];
  readonly marks: readonly number[];
}

function readAll(
  chunks: readonly Buffer[],
  syntax = { delimiter: ',', quote: '"' },
  skipLines = 0,
): RecordSeen[] {
  const reader = new CsvReader(syntax, 20, skipLines);
  const records: RecordSeen[] = [];
  const drain = (): void => {
    while (reader.next()) {
      const { count, starts, ends, marks, fields, line } = reader.record;
      const kept = Array.from({ length: Math.min(count, 20) }, (_, index) => index);
      records.push({
        line,
        fields: kept.map((index) => fields.toString('latin1', starts[index], ends[index])),
        marks: kept.map((index) => marks[index] ?? 0),
      });
    }
  };
  for (const chunk of chunks) {
    reader.source.feed(chunk);
    drain();
  }
  reader.source.end();
  drain();
  return records;
}

const read = (text: string): RecordSeen[] => readAll([Buffer.from(text)]);

describe('the CSV reader', () => {
  it('tells quoted from unquoted fields and keeps doubled quotes', () => {
    expect(read('1,"a""b",,""\n')).to.deep.equal([
      { line: 1, fields: ['1', 'a""b', '', ''], marks: [0, 3, 0, 1] },
    ]);
  });

  it('counts physical lines', () => {
    expect(read('a\n"x\n\ny",1\nb').map(({ line, fields }) => [line, ...fields])).to.deep.equal([
      [1, 'a'],
      [2, 'x\n\ny', '1'],
      [5, 'b'],
    ]);
  });

  it('takes CRLF for a line end and a carriage return elsewhere for data', () => {
    expect(read('a,b\r\n"c"\r\nd\re\r\nf\r').map(({ fields }) => fields)).to.deep.equal([
      ['a', 'b'],
      ['c'],
      ['d\re'],
      ['f'],
    ]);
  });

  it('ignores white space before an opening quote only', () => {
    expect(read(' \t"a", b ,  "c"\n')).to.deep.equal([
      { line: 1, fields: ['a', ' b ', 'c'], marks: [33, 0, 33] },
    ]);
  });

  it('marks misplaced quotes and zero bytes', () => {
    expect(read('a"b,"c"d,e"\n"f" ,\0,\u00e9\n"open').map(({ marks }) => marks)).to.deep.equal([
      [16, 17, 16],
      [17, 8, 0],
      [17],
    ]);
  });

  it('reads other delimiters and quotes', () => {
    expect(readAll([Buffer.from(`a|'b|''c'|"\n`)], { delimiter: '|', quote: "'" })).to.deep.equal([
      { line: 1, fields: ['a', `b|''c`, '"'], marks: [0, 3, 0] },
    ]);
  });

  it('skips header lines and counts them', () => {
    expect(readAll([Buffer.from('h\nh\n1\n')], undefined, 2)).to.deep.equal([
      { line: 3, fields: ['1'], marks: [0] },
    ]);
    expect(readAll([Buffer.from('h\nh')], undefined, 2)).to.deep.equal([]);
  });

  it('counts fields beyond those it keeps', () => {
    const reader = new CsvReader({ delimiter: ',', quote: '"' }, 2);
    reader.source.feed(Buffer.from('1,2,3\n'));
    expect([reader.next(), reader.record.count]).to.deep.equal([true, 3]);
  });

  it('gives the same records for every split of the input', () => {
    const piece = fc.constantFrom(
      'a',
      'é',
      ',',
      '"',
      '""',
      '\n',
      '\r\n',
      '\r',
      ' ',
      '"x"',
      '"y\nz"',
      ',"',
      '\0',
    );
    fc.assert(
      fc.property(
        fc.array(piece, { maxLength: 40 }),
        fc.array(fc.nat(60), { maxLength: 8 }),
        fc.nat(3),
        (pieces, cuts, skip) => {
          const bytes = Buffer.from(pieces.join(''));
          const bounds = [
            0,
            ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b),
            bytes.length,
          ];
          const chunks = bounds.slice(1).map((end, index) => bytes.subarray(bounds[index], end));
          expect(readAll(chunks, undefined, skip)).to.deep.equal(readAll([bytes], undefined, skip));
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('gives back the fields that were written quoted', () => {
    const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', '\\', 'é') });
    fc.assert(
      fc.property(fc.array(fc.array(field, { minLength: 1, maxLength: 5 }), { maxLength: 5 }), (rows) => {
        const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
        const text = rows.map((row) => `${row.map(quoted).join(',')}\n`).join('');
        const unescaped = (text: string): string =>
          Buffer.from(text, 'latin1').toString('utf8').replaceAll('""', '"');
        expect(read(text).map(({ fields }) => fields.map(unescaped))).to.deep.equal(rows);
      }),
    );
  });

  it('does not scan a long record again for every chunk', () => {
    const chunk = Buffer.from('x'.repeat(1024));
    const reader = new CsvReader({ delimiter: ',', quote: '"' }, 1);
    reader.source.feed(Buffer.from('"'));
    let records = 0;
    for (let index = 0; index < 8000; index += 1) {
      reader.source.feed(chunk);
      while (reader.next()) records += 1;
    }
    reader.source.feed(Buffer.from('"\n'));
    reader.source.end();
    while (reader.next()) records += 1;
    expect([records, reader.record.ends[0]]).to.deep.equal([1, 8000 * 1024 + 1]);
  });
});
