/** Whether numbers that wait for the warehouse fit a type, by their widths. */
import { expect } from 'chai';
import type { Numeric } from '../../src/table/fits.ts';
import type { ColumnType } from '../../src/table/types.ts';
import type { FilesJob, TableJob } from '../../src/warehouse/jobs.ts';
import { fitsWaiting } from '../../src/warehouse/misfits.ts';

const numeric = (precision: number, scale: number): Numeric => ({ kind: 'numeric', precision, scale });
const bigint: ColumnType = { kind: 'bigint' };

function jobWith(type: ColumnType, widest: number): TableJob {
  const column = { property: 'v', source: { kind: 'property', path: ['v'] }, name: 'v', type, isKey: false };
  return { columns: [column], maxBytes: [widest] } as unknown as TableJob;
}

describe('numbers that wait', () => {
  const fits = (type: ColumnType, widest: number, to: Numeric): boolean =>
    fitsWaiting(jobWith(type, widest), 'v', to);

  it('fit more decimals if the widest is no wider than the whole digits that remain', () => {
    expect(fits(numeric(38, 2), 34, numeric(38, 4))).to.equal(true);
    expect(fits(numeric(38, 2), 35, numeric(38, 4))).to.equal(false);
  });

  it('fit if there are none', () => expect(fits(numeric(38, 2), 0, numeric(38, 37))).to.equal(true));

  it('do not fit a type with fewer decimals', () =>
    expect(fits(numeric(38, 4), 3, numeric(38, 2))).to.equal(false));

  it('fit a type that stores all values of theirs, however wide they are', () => {
    expect(fits(numeric(20, 2), 21, numeric(38, 4))).to.equal(true);
    expect(fits(bigint, 0, numeric(38, 4))).to.equal(true);
  });

  it('are not measured in integer columns, so that only the type counts', () =>
    expect(fits(bigint, 0, numeric(38, 20))).to.equal(false));

  it('are not measured in files that are copied as they are', () => {
    const files: Pick<FilesJob, 'files'> = { files: ['s3://b/f.csv'] };
    const job = { ...jobWith(numeric(38, 2), 0), ...files };
    expect(fitsWaiting(job, 'v', numeric(38, 4))).to.equal(false);
  });

  it('do not matter to another column', () =>
    expect(fitsWaiting(jobWith(numeric(38, 2), 38), 'w', numeric(38, 4))).to.equal(true));
});
