/** Every open point is told of in the docs and held by rows under both readings. */
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { HOSTILE, LENIENT } from '../../src/local/redshift/readings.ts';
import { readTable } from './table-file.ts';

const docs = readFileSync(new URL('../../docs/local-warehouse.md', import.meta.url), 'utf8');
const rows = readTable();

describe('the open points of Redshift', () => {
  for (const point of Object.keys(HOSTILE)) {
    it(`${point} differs between the readings, stands in the docs and has rows`, () => {
      const key = point as keyof typeof HOSTILE;
      expect(HOSTILE[key]).to.not.equal(LENIENT[key]);
      expect(docs).to.contain(`| \`${point}\``);
      expect(rows.filter(({ source }) => source.includes(point)).length).to.be.at.least(1);
    });
  }
});
