import { expect } from 'chai';
import { Evidence } from '../../src/streams/evidence.ts';

/** What an input says of a stream: S a SCHEMA, R a record, A an ACTIVATE_VERSION, s a state. */
function isComplete(input: string): boolean {
  let states = 0;
  const evidence = new Evidence(() => states);
  for (const message of input) {
    if (message === 's') states++;
    else if (message === 'S') evidence.schema();
    else if (message === 'R') evidence.record();
    else evidence.activation();
  }
  return evidence.isComplete;
}

describe('Evidence', () => {
  for (const input of ['SRs', 'SsRs', 'SRA', 'SARA', 'SARs', 'SRsS', 'SRAS', 'Ss', 'SAs', 'SAA', 'SsSs']) {
    it(`is there after ${input}`, () => expect(isComplete(input)).to.equal(true));
  }

  for (const input of [
    'S',
    'SR',
    'SsR',
    'SRsR',
    'SRAR',
    'sSR',
    'sS',
    'SsS',
    'SA',
    'SsA',
    'SAR',
    'SAsR',
    'SARSR',
  ]) {
    it(`is not there after ${input}`, () => expect(isComplete(input)).to.equal(false));
  }
});
