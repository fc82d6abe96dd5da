import { Readable } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { blocksOf, LineCutter } from '../../src/protocol/lines.ts';
import { cpuMs } from '../support/cpu.ts';

/** The lines of blocks, each of which has to end with LF. */
function linesOf(blocks: Iterable<Buffer>): string[] {
  return [...blocks].flatMap((block) => {
    expect(block.at(-1)).to.equal(0x0a);
    return block.toString('latin1').slice(0, -1).split('\n');
  });
}

/** All lines of an input that arrives in these chunks, whose memory is used again. */
function split(chunks: readonly Buffer[]): string[] {
  const cutter = new LineCutter();
  const lines = chunks.flatMap((chunk) => {
    const memory = Buffer.from(chunk);
    const found = linesOf(cutter.push(memory));
    memory.fill('!');
    return found;
  });
  return [...lines, ...linesOf(cutter.end())];
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const borders = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return borders.slice(1).map((end, i) => bytes.subarray(borders[i], end));
}

describe('LineCutter', () => {
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
    const lines = split([...bytes].map((byte) => Buffer.from([byte])));
    expect(lines.map((line) => Buffer.from(line, 'latin1').toString())).to.deep.equal([text]);
  });

  it('gives what lies within a chunk in one block, and a line that began before it in another', () => {
    const cutter = new LineCutter();
    const blocks = ['a\nb\nc', 'd\ne\nf\n'].map((chunk) =>
      [...cutter.push(Buffer.from(chunk))].map((block) => block.toString()),
    );
    expect(blocks).to.deep.equal([['a\nb\n'], ['cd\n', 'e\nf\n']]);
  });

  it('gives the rest once, with the LF that it lacks', () => {
    const cutter = new LineCutter();
    expect([...cutter.push(Buffer.from('rest'))]).to.deep.equal([]);
    expect(linesOf(cutter.end())).to.deep.equal(['rest']);
    expect(linesOf(cutter.end())).to.deep.equal([]);
  });

  it('counts the bytes of the line that has not ended', () => {
    const cutter = new LineCutter();
    const counts = ['ab\ncd', 'é', '\n', 'x'].map((chunk) => {
      linesOf(cutter.push(Buffer.from(chunk)));
      return cutter.pendingBytes;
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
    const cutter = new LineCutter();
    const piece = Buffer.alloc(1024, 'x');
    const started = cpuMs();
    for (let i = 0; i < 40_000; i++) expect([...cutter.push(piece)]).to.have.length(0);
    const [line] = cutter.push(Buffer.from('\n'));
    expect(line?.length).to.equal(40_000 * 1024 + 1);
    expect(cpuMs() - started).to.be.below(2000);
  });
});

describe('blocksOf', () => {
  const piece = Buffer.alloc(16 * 1024 * 1024, 'x');
  const long = Readable.from([Buffer.from('{}\n'), ...Array.from({ length: 17 }, () => piece)]);

  it('refuses a line of more than 256 MB, by its number', async () => {
    let lines = 0;
    const read = async (): Promise<void> => {
      for await (const block of blocksOf(long, { file: 'f', batchLine: 7 }, () => lines))
        lines += linesOf([block]).length;
    };
    const error = await read().catch((failure: unknown) => failure as Error);
    expect(error?.message).to.equal(
      'Cannot read line 2 of f (BATCH message on line 7): it has more than 268435456 bytes, and COPY accepts rows of at most 4 MB',
    );
  });
});
