/** Reading Parquet files: memory, broken files, and what annotations say of types. */
import { expect } from 'chai';
import { ByteWriter, ParquetWriter } from 'hyparquet-writer';
import { ParquetFile } from '../../../../src/local/redshift/columnar/parquet-file.ts';
import { type ByteSource, ParquetError } from '../../../../src/local/redshift/columnar/stored-value.ts';
import { dateText, timestampText } from '../../../../src/local/redshift/columnar/moments.ts';
import { storedType } from '../../../../src/local/redshift/columnar/stored-types.ts';
import { parquetFile } from '../../../conformance/parquet-text.ts';

function sourceOf(bytes: Buffer): ByteSource & { most: number } {
  const source = {
    size: bytes.length,
    most: 0,
    read: (start: number, end: number) => {
      source.most = Math.max(source.most, end - start);
      return Promise.resolve(bytes.subarray(start, end));
    },
  };
  return source;
}

async function valuesOf(bytes: Buffer): Promise<unknown[][]> {
  const file = await ParquetFile.open(sourceOf(bytes));
  const columns: unknown[][] = file.fields.map(() => []);
  for await (const batch of file.batches()) batch.forEach((values, n) => columns[n]?.push(...values));
  return columns;
}

describe('a Parquet file', () => {
  it('gives numbers as they are stored, without a loss', async () => {
    const text =
      'a INT64 | b DECIMAL(38,2) | c TIMESTAMP_NANOS\n["9007199254740993", "1234567890123456789.01", "2026-01-02 03:04:05.123456789"]\n';
    const [[a], [b], [c]] = (await valuesOf(parquetFile(text, 'parquet'))) as [
      [bigint],
      [Uint8Array],
      [bigint],
    ];
    expect([a, Buffer.from(b).toString('hex'), c]).to.deep.equal([
      9007199254740993n,
      '0000000000000006b14e9f812f366c35',
      1767323045123456789n,
    ]);
  });

  it('is read page by page: no read is larger than a page', async () => {
    const writer = new ByteWriter();
    const parquet = new ParquetWriter({
      writer,
      codec: 'UNCOMPRESSED',
      schema: [
        { name: 'schema', num_children: 1 },
        { name: 'a', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
      ],
    });
    const data = Array.from({ length: 20_000 }, (_, n) => Buffer.from(`${n}`.padStart(500, 'x')));
    void parquet.write({
      columnData: [{ name: 'a', data, encoding: 'PLAIN' }],
      rowGroupSize: 20_000,
      pageSize: 64 * 1024,
    });
    void parquet.finish();
    const source = sourceOf(Buffer.from(writer.getBytes()));
    const file = await ParquetFile.open(source);
    source.most = 0;
    let rows = 0;
    for await (const [values = []] of file.batches()) rows += values.length;
    expect(rows).to.equal(20_000);
    expect(source.size).to.be.greaterThan(10_000_000);
    expect(source.most).to.be.lessThan(100_000);
  });

  it('that is broken is an error that says so, wherever it is broken', async function () {
    this.timeout(60_000);
    const lines = Array.from({ length: 40 }, (_, n) => JSON.stringify([n, `name ${n}`, [n, null], '1.25']));
    const whole = parquetFile(
      `a INT32 | b STRING | c LIST<INT32> | d DECIMAL(30,2)\n${lines.join('\n')}\n`,
      'parquet',
    );
    const others: unknown[] = [];
    for (let at = 0; at < whole.length; at += 3) {
      const broken = Buffer.from(whole);
      broken[at] = (broken[at] ?? 0) ^ 0xff;
      try {
        await valuesOf(broken);
      } catch (error) {
        if (!(error instanceof ParquetError)) others.push([at, error]);
      }
    }
    expect(others).to.deep.equal([]);
  });

  it('that is cut off is an error', async () => {
    const whole = parquetFile('a INT32\n[1]\n', 'parquet');
    for (let length = 0; length < whole.length; length += 1) {
      const error = await valuesOf(whole.subarray(0, length)).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      expect(error, `${length} bytes`).to.be.instanceOf(ParquetError);
    }
  });
});

describe('the types of Parquet', () => {
  it('are those of the annotation, the newer one or the older one', () => {
    const base = { name: 'a' };
    expect(
      storedType({
        ...base,
        type: 'INT64',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'NANOS' },
      }),
    ).to.deep.equal({ kind: 'timestamp', unit: 'NANOS' });
    expect(storedType({ ...base, type: 'INT96' })).to.deep.equal({ kind: 'timestamp', unit: 'NANOS' });
    expect(storedType({ ...base, type: 'INT32', logical_type: { type: 'DATE' } })).to.deep.equal({
      kind: 'date',
    });
    expect(storedType({ ...base, type: 'INT32', converted_type: 'UINT_8' })).to.deep.equal({ kind: 'int32' });
    expect(
      storedType({
        ...base,
        type: 'INT64',
        logical_type: { type: 'INTEGER', bitWidth: 64, isSigned: false },
      }),
    ).to.deep.equal({ kind: 'other', name: 'INTEGER' });
    expect(storedType({ ...base, type: 'BYTE_ARRAY', converted_type: 'BSON' })).to.deep.equal({
      kind: 'other',
      name: 'BSON',
    });
  });

  it('have dates and times before 1970, before the year 1 and after 9999', () => {
    expect([dateText(-1), dateText(-719_163), dateText(2_932_897)]).to.deep.equal([
      '1969-12-31',
      '0001-12-31 BC',
      '10000-01-01',
    ]);
    expect([timestampText(-1n), timestampText(1n), timestampText(-62_135_596_800_000_001n)]).to.deep.equal([
      '1969-12-31 23:59:59.999999',
      '1970-01-01 00:00:00.000001',
      '0001-12-31 23:59:59.999999 BC',
    ]);
  });
});
