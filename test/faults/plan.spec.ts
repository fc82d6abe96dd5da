/** The plans of the fault suite: they repeat, and a thousand seeds have enough of the rare faults. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { planOf, usualMode, type Plan } from './plan.ts';
import { recordsOf } from './story.ts';
import { singerLines } from './tap.ts';

const ordersOf = ({ runs }: Plan) => runs.flatMap(({ faults: { s3 = [], sql = [] } }) => [...s3, ...sql]);
const hasOrder = (plan: Plan, name: RegExp): boolean =>
  ordersOf(plan).some(({ on, fault }) => name.test(`${fault} ${String(on)}`));

describe('the plan of a seed', () => {
  it('is the same each time', () => {
    for (const seed of [0, 3, 8, 1234])
      expect(planOf(seed, 'at-least-once')).to.deep.equal(planOf(seed, 'at-least-once'));
  });

  it('has multipart uploads that fail, lost COMMITs and cut objects in more than fifty of a thousand seeds each', () => {
    // Every kind comes again after this many seeds; a story with large records takes a while to write.
    const seeds = Array.from({ length: 140 }, (_, i) => 5000 + i);
    const counts = { multipart: 0, blackHole: 0, truncate: 0 };
    for (const seed of seeds) {
      const plan = planOf(seed, 'at-least-once');
      if (hasOrder(plan, /Upload/)) counts.multipart++;
      const isOfLoad = plan.runs.some(({ loadCommit }) => loadCommit?.fault.startsWith('black-hole'));
      if (isOfLoad || hasOrder(plan, /^black-hole.* COMMIT/)) counts.blackHole++;
      if (hasOrder(plan, /^truncate GetObject/)) counts.truncate++;
    }
    const least = (50 / 1000) * seeds.length;
    expect(counts.multipart).to.be.above(least);
    expect(counts.blackHole).to.be.above(least);
    expect(counts.truncate).to.be.above(least);
  });

  it('is exactly-once for one of four seeds, and at-least-once for the others', () => {
    expect([4, 5, 6, 7, 8].map(usualMode)).to.deep.equal([
      'at-least-once',
      'at-least-once',
      'at-least-once',
      'exactly-once',
      'at-least-once',
    ]);
  });

  it('knows the option exactly_once, a pipeline for each seed, and runs that are overtaken', () => {
    const plans = Array.from({ length: 30 }, (_, seed) => planOf(seed, 'exactly-once'));
    expect(plans[7]?.options).to.include({ pipeline: 'seed_7', exactly_once: true });
    expect(plans.filter(({ runs }) => runs.at(-1)?.blow?.act === 'SIGSTOP and a newer run')).not.to.be.empty;
    expect(plans.every(({ story }) => story.protocol === 'singer')).to.equal(true);
  });
});

describe('the tap of a story', () => {
  let dir: string;
  before(() => (dir = mkdtempSync(join(tmpdir(), 'target-redshift-tap-'))));
  after(() => rmSync(dir, { recursive: true }));

  const { story } = planOf(45, 'at-least-once');

  it('sends everything after a state again, and the schemas before it', () => {
    const middle = story.items.findIndex((item, at) => item.kind === 'state' && at > 20);
    const [all, rest] = [0, middle].map((from) => singerLines(story, from, dir));
    expect(all!.length).to.equal(story.items.length);
    const isSchema = (line: string): boolean => line.startsWith('{"type":"SCHEMA"');
    const begun = rest!.findIndex((line) => !isSchema(line));
    expect(begun).to.be.above(0);
    expect(rest!.slice(begun)).to.deep.equal(all!.slice(middle));
  });

  it('gives each record of a stream a number of its own', () => {
    story.streams.forEach((_, stream) => {
      const all = story.items.filter((item) => item.stream === stream).flatMap(recordsOf);
      expect(all.map(({ seq }) => seq)).to.deep.equal(all.map((_one, i) => i));
    });
  });
});
