import { expect } from 'chai';
import fc from 'fast-check';
import { copyFormat, encodeRows, newFormat } from '../../src/rows/csv.ts';
import { Token, type Cell } from '../../src/rows/values.ts';

const SENTINEL = 'NULL-0123';

interface ReadField {
  readonly text: string;
  readonly quoted: boolean;
}

/** RFC 4180, strictly, and independent of the writer: commas, LF, quotes doubled. */
function readCsv(csv: string): ReadField[][] {
  const rows: ReadField[][] = [];
  let row: ReadField[] = [];
  for (let at = 0; at < csv.length;) {
    const quoted = csv[at] === '"';
    let text = '';
    if (quoted) {
      for (at++; csv[at] !== '"' || csv[at + 1] === '"'; at++) {
        if (at >= csv.length) throw new Error('a quote does not end');
        if (csv[at] === '"') at++;
        text += csv[at] ?? '';
      }
      at++;
    } else {
      while (at < csv.length && csv[at] !== ',' && csv[at] !== '\n') text += csv[at++] ?? '';
      if (text.includes('"') || text.includes('\r'))
        throw new Error(`a bare field holds ${JSON.stringify(text)}`);
    }
    row.push({ text, quoted });
    const end = csv[at++];
    if (end === '\n') rows.push(row);
    else if (end !== ',') throw new Error(`a field ends with ${JSON.stringify(end)}`);
    if (end === '\n') row = [];
  }
  if (row.length > 0) throw new Error('the last line does not end');
  return rows;
}

const readBack = (cell: Cell): ReadField => {
  if (cell === null) return { text: SENTINEL, quoted: false };
  return cell instanceof Token ? { text: cell.text, quoted: false } : { text: cell, quoted: true };
};

describe('encodeRows', () => {
  it('quotes texts, writes tokens bare and NULL as the bare sentinel', () => {
    const rows: Cell[][] = [
      ['x', new Token('1.5'), null],
      ['', new Token('true'), 'a"b'],
    ];
    expect(encodeRows(rows, SENTINEL).toString()).to.equal('"x",1.5,NULL-0123\n"",true,"a""b"\n');
  });

  it('keeps NULL, empty, blank and look-alike texts apart', () => {
    const row: Cell[] = [null, '', ' ', String.raw`\N`, 'NULL', SENTINEL, '""'];
    expect(encodeRows([row], SENTINEL).toString()).to.equal(
      String.raw`NULL-0123,""," ","\N","NULL","NULL-0123",""""""` + '\n',
    );
  });

  it('keeps line ends, commas, backslashes, control characters and a lone end-of-data mark inside quotes', () => {
    const row: Cell[] = ['a\nb\r\nc\rd', ',', '\\', '\\.\n', '\t\u0001', '\uFEFF', '=1+1'];
    expect(encodeRows([row], SENTINEL).toString()).to.equal(
      '"a\nb\r\nc\rd",",","\\","\\.\n","\t\u0001","\uFEFF","=1+1"\n',
    );
  });

  it('writes UTF-8', () => {
    expect(encodeRows([['é😀']], SENTINEL)).to.deep.equal(Buffer.from('"é😀"\n', 'utf8'));
  });

  it('writes a row of one NULL as a line that is not blank', () => {
    expect(encodeRows([[null], ['']], SENTINEL).toString()).to.equal('NULL-0123\n""\n');
  });

  it('gives no bytes for no rows', () => expect(encodeRows([], SENTINEL).length).to.equal(0));

  it('encodes the same whether rows come together or apart', () => {
    const rows: Cell[][] = [
      ['a', null],
      [new Token('1'), 'b'],
      ['', '\n'],
    ];
    const apart = Buffer.concat(rows.map((row) => encodeRows([row], SENTINEL)));
    expect(encodeRows(rows, SENTINEL)).to.deep.equal(apart);
  });

  it('can be read back by any CSV reader, whatever the texts are', () => {
    const hostile = fc.constantFrom(
      '"',
      '""',
      ',',
      '\n',
      '\r\n',
      '\\',
      SENTINEL,
      '',
      ' ',
      "'",
      '|',
      '\u2028',
    );
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: hostile }), hostile);
    const cell: fc.Arbitrary<Cell> = fc.oneof(
      text,
      fc.constant(null),
      fc.constantFrom('0', '-1.5e+300', 'true', '2024-01-31 00:00:00+00:00').map((one) => new Token(one)),
    );
    const rows = fc
      .integer({ min: 1, max: 5 })
      .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width })));
    const law = fc.property(rows, (written) => {
      expect(readCsv(encodeRows(written, SENTINEL).toString())).to.deep.equal(
        written.map((row) => row.map(readBack)),
      );
    });
    fc.assert(law, { numRuns: 1000 });
  });
});

describe('newFormat', () => {
  it('has another sentinel each time, which needs no quotes', () => {
    const sentinels = new Set(Array.from({ length: 100 }, () => newFormat('gzip').sentinel));
    expect(sentinels.size).to.equal(100);
    for (const sentinel of sentinels) expect(sentinel).to.match(/^N[0-9a-f]{12}$/);
  });
});

describe('copyFormat', () => {
  it('says how encodeRows writes, and how the files are compressed', () => {
    expect(copyFormat({ sentinel: "N'\\", compression: 'gzip' }).text).to.equal(
      String.raw`CSV GZIP NULL AS 'N''\\' DATEFORMAT 'auto' TIMEFORMAT 'auto'`,
    );
    expect(copyFormat({ sentinel: 'N', compression: 'zstd' }).text).to.match(/^CSV ZSTD NULL AS 'N' /);
  });

  it('has none of the options that change values', () => {
    expect(copyFormat(newFormat('gzip')).text).not.to.match(
      /EMPTYASNULL|BLANKSASNULL|TRIMBLANKS|TRUNCATECOLUMNS|ACCEPTINVCHARS|ACCEPTANYDATE|MAXERROR|IGNOREHEADER|ROUNDEC|FILLRECORD|IGNOREBLANKLINES/,
    );
  });
});
