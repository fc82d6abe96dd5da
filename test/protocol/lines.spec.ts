import { expect } from 'chai';
import fc from 'fast-check';
import { LineSplitter } from '../../src/protocol/lines.ts';

/** All lines of an input that arrives in these chunks. */
function split(chunks: readonly Buffer[]): string[] {
  const splitter = new LineSplitter();
  const lines = chunks.flatMap((chunk) => splitter.push(chunk).map((line) => line.toString('latin1')));
  const rest = splitter.end();
  return rest === undefined ? lines : [...lines, rest.toString('latin1')];
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return borders.slice(1).map((end, i) => bytes.subarray(borders[i], end));
}

describe('LineSplitter', () => {
  const cases: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['gives the lines without their LF', ['a\nb\n'], ['a', 'b']],
    ['gives a last line that has no LF', ['a\nb'], ['a', 'b']],
    ['gives nothing for an empty input', [], []],
    ['gives nothing for empty chunks', ['', ''], []],
    ['gives empty lines', ['\n\na\n\n'], ['', '', 'a', '']],
    ['joins a line that arrives in pieces', ['a', 'b', 'c\nd'], ['abc', 'd']],
    ['completes a line whose LF arrives alone', ['abc', '\n'], ['abc']],
    ['does not split at a lone CR and keeps the CR of CRLF', ['a\rb\r\nc'], ['a\rb\r', 'c']],
    ['takes an empty chunk in the middle of a line', ['a', '', 'b\n'], ['ab']],
  ];
  for (const [name, chunks, lines] of cases) {
    it(name, () => {
      expect(split(chunks.map((chunk) => Buffer.from(chunk, 'latin1')))).to.deep.equal(lines);
    });
  }

  it('does not split at U+2028, U+2029, U+0085 or inside a character', () => {
    const text = 'a\u2028b\u2029c\u0085d😀e';
    const bytes = Buffer.from(`${text}\n`);
    const splitter = new LineSplitter();
    const lines = [...bytes].flatMap((byte) => splitter.push(Buffer.from([byte])));
    expect(lines.map(String)).to.deep.equal([text]);
  });

  it('gives the rest once', () => {
    const splitter = new LineSplitter();
    splitter.push(Buffer.from('rest'));
    expect(splitter.end()?.toString()).to.equal('rest');
    expect(splitter.end()).to.equal(undefined);
  });

  it('counts the bytes of the line that has not ended', () => {
    const splitter = new LineSplitter();
    const counts = ['ab\ncd', 'é', '\n', 'x'].map((chunk) => {
      splitter.push(Buffer.from(chunk));
      return splitter.pendingBytes;
    });
    expect(counts).to.deep.equal([2, 4, 0, 1]);
  });

  it('gives the same lines under every chunking', () => {
    const byte = fc.oneof({ weight: 1, arbitrary: fc.constant(10) }, { weight: 3, arbitrary: fc.nat(255) });
    const law = fc.property(
      fc.array(byte, { maxLength: 60 }),
      fc.array(fc.nat(100), { maxLength: 20 }),
      (all, cuts) => {
        const bytes = Buffer.from(all);
        const expected = bytes.toString('latin1').split('\n');
        if (expected.at(-1) === '') expected.pop();
        expect(split(cutAt(bytes, cuts))).to.deep.equal(expected);
      },
    );
    fc.assert(law, { numRuns: 500 });
  });

  it('stays linear on a line of many pieces', () => {
    const splitter = new LineSplitter();
    const piece = Buffer.alloc(1024, 'x');
    const started = Date.now();
    for (let i = 0; i < 40_000; i++) splitter.push(piece);
    const [line] = splitter.push(Buffer.from('\n'));
    expect(line?.length).to.equal(40_000 * 1024);
    expect(Date.now() - started).to.be.below(2000);
  });
});
