/**
 * The walk against the reference encoder: what the walk takes, the reference takes too, with the same bytes, widths, NULLs,
 * losses and unknown properties. WALK_RECORDS sets how many records are tried.
 */
import { expect } from 'chai';
import fc from 'fast-check';
import { LineCutter } from '../../../src/protocol/lines.ts';
import { AgainstReference } from './against-reference.ts';
import { hostileStream, steadyStream, Random, type HostileStream } from './hostile.ts';

const RECORDS = Number(process.env['WALK_RECORDS'] ?? 200_000);
const PER_STREAM = 500;

const LF = Buffer.from('\n');

/** The blocks of lines that arrive in chunks of any size. */
function* blocksOf(lines: readonly Buffer[], random: Random): Generator<Buffer> {
  const bytes = Buffer.concat(lines.flatMap((line) => [line, LF]));
  const cutter = new LineCutter();
  for (let at = 0; at < bytes.length;) {
    const end = at + 1 + random.below(random.of([10, 1000, 100_000]));
    yield* cutter.push(bytes.subarray(at, end));
    at = end;
  }
  yield* cutter.end();
}

/**
 * Compares the rows of each line, and in the end what was measured. Returns how many lines were taken, and how many of them by the
 * lane.
 */
function compare(stream: HostileStream, blocks: Iterable<Buffer>): { taken: number; inLane: number } {
  const both = new AgainstReference(stream, undefined, true);
  let taken = 0;
  for (const block of blocks) {
    for (const [line, row] of both.rows(block)) {
      if (row === undefined) continue;
      taken++;
      const expected = both.expected(line);
      if (row !== expected) {
        const columns = JSON.stringify(stream.columns);
        throw new Error(
          `of ${line.toString()} the walk makes ${row}, the reference ${expected ?? 'nothing'}; ${columns}`,
        );
      }
    }
  }
  expect(both.walked.measured).to.deep.equal(both.reference.measured);
  return { taken, inLane: both.inLane };
}

describe('the walk', () => {
  // The reference refuses most lines with an error, and to find out its stack takes longer than all the rest.
  const { stackTraceLimit } = Error;
  before(() => (Error.stackTraceLimit = 0));
  after(() => (Error.stackTraceLimit = stackTraceLimit));

  it('makes the rows of the reference encoder, of hostile lines in any chunks', () => {
    let [lines, taken] = [0, 0];
    const law = fc.property(fc.integer(), (seed) => {
      const stream = hostileStream(seed);
      const all = Array.from({ length: PER_STREAM }, () => stream.line());
      lines += all.length;
      taken += compare(stream, blocksOf(all, new Random(seed + 1))).taken;
    });
    fc.assert(law, { numRuns: Math.ceil(RECORDS / PER_STREAM) });
    // Most lines hold a value that no column takes; of the rest nearly all have to be walked.
    expect(taken / lines).to.be.above(0.1);
  }).timeout(3_600_000);

  it('makes the rows of the reference encoder, of lines that look like the one before', () => {
    let [taken, inLane] = [0, 0];
    const law = fc.property(fc.integer(), (seed) => {
      const stream = steadyStream(seed);
      const lines = Array.from({ length: PER_STREAM }, () => stream.line());
      const counts = compare(stream, blocksOf(lines, new Random(seed + 1)));
      taken += counts.taken;
      inLane += counts.inLane;
    });
    fc.assert(law, { numRuns: Math.ceil(RECORDS / PER_STREAM) });
    expect(inLane / taken).to.be.above(0.5);
  }).timeout(3_600_000);

  it('takes no line with a changed byte that the reference refuses', () => {
    const law = fc.property(fc.integer(), (seed) => {
      const stream = hostileStream(seed);
      const lines = Array.from({ length: 20 }, () => stream.line()).filter(({ length }) => length < 400);
      const random = new Random(seed + 1);
      const changed = lines.flatMap((line) =>
        Array.from(line).flatMap((_, at) => {
          const other = Buffer.from(line);
          other[at] = random.of(BYTES);
          return [line, other];
        }),
      );
      compare(stream, blocksOf(changed, random));
    });
    fc.assert(law, { numRuns: Math.ceil(RECORDS / 5000) });
  }).timeout(3_600_000);
});

/** What JSON is made of, and what it is not. */
const BYTES = Array.from(Buffer.from('{}[]":,\\0123456789-+.eEtfnu TZ\t\r\0\x01\x7fé/')).filter(
  (byte) => byte !== 0x0a,
);
