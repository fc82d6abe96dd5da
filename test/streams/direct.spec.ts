/** What direct COPY of BATCH files refuses, because only the encoder can do it. */
import { expect } from 'chai';
import { BatchLocations } from '../../src/batches/locations.ts';
import { InputError } from '../../src/errors.ts';
import type { BatchMessage } from '../../src/protocol/message.ts';
import { checkFiles, checkStoredColumns, columnsForFiles } from '../../src/streams/direct.ts';
import type { Column, ColumnType } from '../../src/table/types.ts';
import { settings } from '../support/settings.ts';

const appendOnly = { load_method: 'append-only', batch_direct_copy: true } as const;
const varchar = (bytes: number): ColumnType => ({ kind: 'varchar', bytes });
const column = (property: string, type: ColumnType, more: Partial<Column> = {}): Column => ({
  property,
  source: { kind: 'property', path: [property] },
  name: property.toLowerCase(),
  type,
  isKey: false,
  ...more,
});

/** The reason, without the sentence around it. */
function refusal(work: () => unknown): string {
  try {
    work();
    return 'nothing';
  } catch (error) {
    expect(error).to.be.instanceOf(InputError);
    const [, reason = ''] =
      /^Cannot copy the files of stream "s" directly: (.*); set batch_direct_copy to false/.exec(
        (error as Error).message,
      ) ?? [];
    return reason;
  }
}

describe('columnsForFiles', () => {
  const text = column('Text', varchar(0));

  it('gives the widest VARCHAR where no width is declared, because nothing is measured', () => {
    const declared = [text, column('code', varchar(40)), column('id', { kind: 'bigint' })];
    expect(columnsForFiles('s', declared, settings(appendOnly))).to.deep.equal([
      { ...text, type: varchar(65_535) },
      declared[1],
      declared[2],
    ]);
  });

  const refused: readonly (readonly [object, Column, string])[] = [
    [{ load_method: 'overwrite' }, text, 'its load_method is "overwrite", not "append-only"'],
    [{ load_method: 'insert-only' }, text, 'its load_method is "insert-only", not "append-only"'],
    [{ add_record_metadata: true }, text, 'add_record_metadata is set, and COPY cannot fill those columns'],
    [{ validate_records: true }, text, 'validate_records is set, and COPY does not check the schema'],
    [{ on_invalid: 'quarantine' }, text, 'on_invalid is "quarantine", and COPY loads all records or none'],
    [
      {},
      column('a b', varchar(0), { name: 'a_b' }),
      'property "a b" goes to the column "a_b", and COPY finds columns only by the names of properties',
    ],
    [
      {},
      column('a', varchar(0), { name: 'a', source: { kind: 'property', path: ['x', 'a'] } }),
      'property "a" goes to the column "a", and COPY finds columns only by the names of properties',
    ],
    [
      {},
      column('b', { kind: 'varbyte', bytes: 10 }),
      'property "b" is binary, and COPY cannot read binary values from JSON',
    ],
  ];
  for (const [more, given, reason] of refused) {
    it(`refuses: ${reason}`, () => {
      expect(refusal(() => columnsForFiles('s', [given], settings({ ...appendOnly, ...more })))).to.equal(
        reason,
      );
    });
  }
});

describe('checkStoredColumns', () => {
  const check = (wanted: ColumnType, stored: ColumnType): string =>
    refusal(() => checkStoredColumns('s', [column('c', wanted)], [column('c', stored)]));

  it('lets the same type pass, and VARCHAR of any width, where COPY refuses what does not fit', () => {
    expect(check({ kind: 'bigint' }, { kind: 'bigint' })).to.equal('nothing');
    expect(check(varchar(65_535), varchar(10))).to.equal('nothing');
  });

  it('refuses a second column next to a column of another type, which no key of a record names', () => {
    const text = column('c', varchar(0));
    expect(refusal(() => checkStoredColumns('s', [text], [{ ...text, name: 'c__string' }]))).to.equal(
      'property "c" goes to the column "c__string" next to a column of another type',
    );
  });

  it('refuses another type, in which COPY would drop offsets or digits', () => {
    expect(check({ kind: 'timestamptz' }, { kind: 'timestamp' })).to.equal(
      'the column "c" of the table is TIMESTAMP, and the schema declares TIMESTAMPTZ',
    );
    expect(
      check({ kind: 'numeric', precision: 38, scale: 9 }, { kind: 'numeric', precision: 18, scale: 2 }),
    ).to.equal('the column "c" of the table is NUMERIC(18,2), and the schema declares NUMERIC(38,9)');
  });
});

describe('checkFiles', () => {
  const message: BatchMessage = {
    type: 'batch',
    stream: 's',
    format: 'jsonl',
    compression: 'gzip',
    files: ['s3://bucket/key'],
    version: undefined,
  };
  const refused: readonly (readonly [Partial<BatchMessage>, string])[] = [
    [{ files: ['s3://b/k', 'file:///tmp/a'] }, 'file:///tmp/a, named on line 7, is not an object in S3'],
    [{ files: ['s3://bucket'] }, 's3://bucket, named on line 7, is not an object in S3'],
    [{ format: 'parquet' }, 'the format on line 7 is "parquet", not "jsonl"'],
    [{ compression: 'zstd' }, 'the compression on line 7 is "zstd", not "gzip" or "none"'],
  ];
  const locations = new BatchLocations({ given: undefined, bucket: 'bucket', own: [] });

  it('lets JSON lines in S3 pass, plain and gzip', () => {
    expect(refusal(() => checkFiles(message, 7, locations))).to.equal('nothing');
    expect(refusal(() => checkFiles({ ...message, compression: undefined }, 7, locations))).to.equal(
      'nothing',
    );
  });
  for (const [more, reason] of refused) {
    it(`refuses: ${reason}`, () => {
      expect(refusal(() => checkFiles({ ...message, ...more }, 7, locations))).to.equal(reason);
    });
  }

  it('refuses objects that the tap may not name', () => {
    const elsewhere = { ...message, files: ['s3://bucket/key', 's3://elsewhere/key'] };
    expect(() => checkFiles(elsewhere, 7, locations)).to.throw(
      InputError,
      'Cannot copy s3://elsewhere/key, which the BATCH message on line 7 names: only s3://bucket/ may be read',
    );
  });
});
