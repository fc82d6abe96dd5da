/** Translating apart: a session whose statements are long must not keep the others waiting. */
import { expect } from 'chai';
import { Translator } from '../../../../src/local/redshift/session/translator.ts';
import { DEFAULT_DIALECT } from '../../../../src/local/redshift/sql/dialect.ts';
import { translate } from '../../../../src/local/redshift/sql/translate.ts';

/** The least CPU time that `work` takes of this process in three runs, in milliseconds. */
async function cost(work: () => unknown): Promise<number> {
  const costs: number[] = [];
  for (let run = 0; run < 3; run++) {
    const before = process.cpuUsage();
    await work();
    const { user, system } = process.cpuUsage(before);
    costs.push((user + system) / 1000);
  }
  return Math.min(...costs);
}

describe('the translator of the local SQL endpoint', () => {
  for (const [what, text] of Object.entries({
    'many columns': `SELECT 1${', 1'.repeat(150_000)}`,
    'many rows': `INSERT INTO t VALUES ${"(1, 'a'), ".repeat(40_000)}(1, 'b')`,
    'a long condition': `SELECT 1 WHERE 1 = 1${' AND 1 = 1'.repeat(40_000)}`,
  })) {
    it(`does not work on a statement of ${what} in the process that serves`, async () => {
      expect(text.length).to.be.below(500_000);
      const here = await cost(() => translate(text, DEFAULT_DIALECT));
      const translator = new Translator();
      const apart = await cost(() => translator.translate(text, DEFAULT_DIALECT));
      expect(apart).to.be.below(here / 2);
      expect(await translator.translate(text, DEFAULT_DIALECT)).to.deep.equal(
        translate(text, DEFAULT_DIALECT).map((statement) => ({ ...statement, isPlain: true })),
      );
    });
  }
});
