import { expect } from 'chai';
import { bareName, nearest } from '../../src/config/near.ts';

const OPTIONS = [
  'batch_size_rows',
  'batch_size_bytes',
  'batch_max_age_seconds',
  'max_batch_rows',
  'hostname',
  'port',
  'db',
  'streams',
  'log_format',
  'connect_timeout_seconds',
];

describe('nearest', () => {
  const near: readonly (readonly [written: string, why: string, meant: string])[] = [
    ['hostnam', 'a letter is missing', 'hostname'],
    ['hostnmae', 'two letters have changed places', 'hostname'],
    ['streamz', 'a letter is another', 'streams'],
    ['HostName', 'the case is another', 'hostname'],
    ['batchsizerows', 'separators are missing', 'batch_size_rows'],
    ['max_batch_age', 'the words stand in another order, and one is missing', 'batch_max_age_seconds'],
    ['batch-size', 'words are missing', 'batch_size_rows'],
    ['bytes_batch_size', 'the words stand in another order', 'batch_size_bytes'],
    ['conect_timout_seconds', 'two words have errors', 'connect_timeout_seconds'],
  ];
  for (const [written, why, meant] of near) {
    it(`takes ${written} for ${meant}: ${why}`, () => expect(nearest(written, OPTIONS)).to.equal(meant));
  }

  const far: readonly (readonly [string, string])[] = [
    ['csv_format', 'one of two words is another'],
    ['connect_retry_seconds', 'one of three words is another'],
    ['id', 'of two letters each counts'],
    ['support', 'more than one letter differs'],
    ['', 'nothing is written'],
  ];
  for (const [written, why] of far) {
    it(`takes "${written}" for nothing: ${why}`, () => expect(nearest(written, OPTIONS)).to.equal(undefined));
  }
});

describe('bareName', () => {
  it('is one for all ways to write the same words', () => {
    expect(['dry_run', 'dryRun', 'dry-run', 'DRY_RUN', 'dry run'].map(bareName)).to.deep.equal(
      Array(5).fill('dryrun'),
    );
  });
});
