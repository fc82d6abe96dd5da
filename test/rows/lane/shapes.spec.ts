/** Records of random shapes, as taps write them: most of them go through the lane, and their rows are those of the reference. */
import { expect } from 'chai';
import fc from 'fast-check';
import { parseValue, type JsonObject } from '../../../src/protocol/json.ts';
import { columnsOf } from '../../../src/table/columns.ts';
import { withMetadata } from '../../../src/table/metadata.ts';
import { Shape } from '../../bench/shapes.ts';
import { settings } from '../../support/settings.ts';
import { AgainstReference } from '../walk/against-reference.ts';
import { Random } from '../walk/hostile.ts';

const RECORDS = Number(process.env['WALK_RECORDS'] ?? 20_000);
const PER_SHAPE = 200;

/** Changes a byte of some lines to one that JSON is made of. */
function damaged(line: Buffer, random: Random): Buffer {
  const bytes = Buffer.from(line);
  if (random.chance(0.05))
    bytes[random.below(bytes.length)] = random.of([...Buffer.from('{}[]":,\\09-.en \0é')]);
  return bytes;
}

/** At most so many lines, and about as many bytes as a run reads at a time. */
function blockOf(shape: Shape, most: number, random: Random | undefined): Buffer[] {
  const lines: Buffer[] = [];
  for (let bytes = 0; lines.length < most && bytes < 256 * 1024; bytes += lines.at(-1)?.length ?? 0) {
    const line = Buffer.from(shape.line());
    lines.push(Buffer.concat([random ? damaged(line, random) : line, Buffer.from('\n')]));
  }
  return lines;
}

describe('records of random shapes', () => {
  const { stackTraceLimit } = Error;
  before(() => (Error.stackTraceLimit = 0));
  after(() => (Error.stackTraceLimit = stackTraceLimit));

  it('become the rows of the reference encoder, nearly all of them in the lane', () => {
    let [taken, inLane] = [0, 0];
    const law = fc.property(fc.integer(), fc.boolean(), fc.boolean(), (seed, hasMetadata, isDamaged) => {
      const shape = new Shape(seed, { streams: 1 });
      const random = new Random(seed);
      const schema = parseValue(JSON.stringify(shape.schemas[0]?.schema)).value as JsonObject;
      const declared = columnsOf('s', schema, ['id'], settings());
      const columns = hasMetadata ? withMetadata(declared) : declared;
      const both = new AgainstReference({ columns, kind: random.of([undefined, 3]) }, undefined, true);
      for (let lines = 0; lines < PER_SHAPE;) {
        const block = blockOf(shape, 1 + random.below(100), isDamaged ? random : undefined);
        lines += block.length;
        for (const [line, row] of both.rows(Buffer.concat(block))) {
          if (row === undefined) continue;
          taken++;
          expect(row, line.toString()).to.equal(both.expected(line));
        }
      }
      expect(both.walked.measured).to.deep.equal(both.reference.measured);
      inLane += both.inLane;
    });
    fc.assert(law, { numRuns: Math.ceil(RECORDS / PER_SHAPE) });
    expect(inLane / taken).to.be.above(0.8);
  }).timeout(36_000_000);
});
