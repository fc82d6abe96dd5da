/** Parquet files of BATCH messages: what their values become, from this machine and from S3, and what is said about broken ones. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { BatchLocations } from '../../src/batches/locations.ts';
import { batchFiles } from '../../src/batches/read.ts';
import { connectS3 } from '../../src/staging/s3.ts';
import { parquetFile } from '../conformance/parquet-text.ts';
import { faults, newPlace, type Place, s3Client } from '../support/warehouse.ts';

const { signal } = new AbortController();

describe('the Parquet files of a BATCH message', () => {
  let folder: string;
  let place: Place;

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'target-redshift-parquet-'));
    place = await newPlace();
  });
  afterEach(() => {
    faults.s3 = () => undefined;
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** The lines of the file, or the sentence of its error. */
  async function read(url: string): Promise<readonly string[] | string> {
    const { config } = place;
    const reader = connectS3({
      ...{
        bucket: config.s3_bucket,
        region: config.s3_region,
        endpoint: config.s3_endpoint,
        forcePathStyle: true,
      },
      credentials: { accessKeyId: config.aws_access_key_id, secretAccessKey: config.aws_secret_access_key },
      ...{ encryption: 'bucket-default', kmsKeyId: undefined, owner: undefined, acl: undefined },
      requests: () => ({}),
      signal,
    });
    const given = [`file://${folder}/`, `s3://${config.s3_bucket}`];
    const locations = new BatchLocations({ given, bucket: '', own: [] });
    const message = {
      type: 'batch',
      ...{ stream: 's', version: undefined, format: 'parquet', compression: 'gzip' },
      files: [url],
    } as const;
    try {
      const lines: string[] = [];
      for (const file of batchFiles(reader, locations).of(message, 9, signal))
        for await (const block of file.blocks(() => lines.length))
          lines.push(...block.toString().trimEnd().split('\n'));
      return lines;
    } catch (error) {
      return (error as Error).message;
    } finally {
      reader.close();
    }
  }

  async function readText(text: string, how = 'parquet'): Promise<readonly string[] | string> {
    writeFileSync(join(folder, 'file.parquet'), parquetFile(text, how));
    return await read(`file://${folder}/file.parquet`);
  }

  const upload = async (body: Buffer): Promise<string> => {
    const client = s3Client(place.config);
    const at = { Bucket: place.config.s3_bucket, Key: `${place.prefix}/file.parquet` };
    await client.send(new PutObjectCommand({ ...at, Body: body }));
    client.destroy();
    return `s3://${at.Bucket}/${at.Key}`;
  };

  it('become lines of JSON, with all digits of numbers', async () => {
    expect(
      await readText(
        'id INT64 | d DECIMAL(38,10) | e DECIMAL(9,2) | f FLOAT | g DOUBLE | u UINT_64 | b BOOLEAN | s STRING\n' +
          '["-9223372036854775808", "-1234567890123456789012345678.0123456789", "0.05", 0.1, 0.1, "18446744073709551615", true, "a\\"é\\n"]\n' +
          '[null, null, null, null, null, null, null, null]\n',
      ),
    ).to.deep.equal([
      '{"id":-9223372036854775808,"d":-1234567890123456789012345678.0123456789,"e":0.05,"f":0.1,"g":0.1,' +
        '"u":18446744073709551615,"b":true,"s":"a\\"é\\n"}',
      '{"id":null,"d":null,"e":null,"f":null,"g":null,"u":null,"b":null,"s":null}',
    ]);
  });

  it('have dates and times in the precision of the file, with a zone if it has one', async () => {
    expect(
      await readText(
        'a DATE | b TIMESTAMP_MILLIS | c TIMESTAMPTZ_MICROS | d TIMESTAMP_NANOS | e TIME_MICROS | f TIME_MILLIS\n' +
          '["2026-01-02", "1969-12-31 23:59:59.999", "2026-01-02 03:04:05.000001", "1900-01-01 00:00:00.123456789", "03:04:05.5", "00:00:00"]\n',
      ),
    ).to.deep.equal([
      '{"a":"2026-01-02","b":"1969-12-31T23:59:59.999","c":"2026-01-02T03:04:05.000001+00:00",' +
        '"d":"1900-01-01T00:00:00.123456789","e":"03:04:05.500000","f":"00:00:00"}',
    ]);
  });

  it('keep nested values and JSON as they are', async () => {
    expect(
      await readText(
        'a LIST<INT64> | b STRUCT<x DECIMAL(20,1), y LIST<STRING>> | c JSON | d UUID\n' +
          '[["9007199254740993", null], {"x": "1.0", "y": ["a", null]}, "{\\"k\\":\\n1.10}", "01234567-89ab-cdef-0123-456789abcdef"]\n' +
          '[[], null, null, null]\n',
      ),
    ).to.deep.equal([
      '{"a":[9007199254740993,null],"b":{"x":1.0,"y":["a",null]},"c":{"k": 1.10},"d":"01234567-89ab-cdef-0123-456789abcdef"}',
      '{"a":[],"b":null,"c":null,"d":null}',
    ]);
  });

  it('are read with any codec and any number of row groups, and may be empty', async () => {
    const text = 'id INT32\n[1]\n[2]\n';
    for (const how of ['parquet_gzip', 'parquet_brotli', 'parquet_uncompressed', 'parquet_groups'])
      expect(await readText(text, how), how).to.deep.equal(['{"id":1}', '{"id":2}']);
    expect(await readText('id INT32\n')).to.deep.equal([]);
  });

  it('are read from S3 in parts, again where an answer breaks off', async () => {
    const url = await upload(parquetFile('id INT32 | s STRING\n[1, "x"]\n', 'parquet'));
    let gets = 0;
    faults.s3 = ({ operation }) =>
      operation === 'GetObject' && ++gets === 2 ? { kind: 'truncate', bytes: 1 } : undefined;
    expect(await read(url)).to.deep.equal(['{"id":1,"s":"x"}']);
    expect(gets).to.be.greaterThan(2);
  });

  it('are refused when an object is replaced while it is read', async () => {
    const url = await upload(parquetFile('id INT32\n[1]\n', 'parquet'));
    let gets = 0;
    faults.s3 = ({ operation }) => {
      if (operation === 'GetObject' && ++gets === 2)
        void upload(parquetFile('id INT32\n[2]\n[3]\n', 'parquet'));
      return operation === 'GetObject' && gets === 2 ? { kind: 'delay', ms: 300 } : undefined;
    };
    expect(await read(url)).to.match(/PreconditionFailed|At least one of the pre-conditions/);
  });

  const where = 'which the BATCH message on line 9 names';
  const broken: Readonly<Record<string, readonly [Buffer, RegExp]>> = {
    'JSON lines': [Buffer.from('{"id": 1}\n{"id": 2}\n'), /it is not a Parquet file, or it is not complete/],
    nothing: [Buffer.alloc(0), /it is not a Parquet file, or it is not complete$/],
    'half a file': [parquetFile('id INT32\n[1]\n', 'parquet').subarray(0, 60), /it is not a Parquet file/],
    'bytes that are no string': [
      parquetFile('id INT32 | raw BYTES\n[1, "ff"]\n', 'parquet'),
      /a value of the column "raw" is not UTF-8$/,
    ],
    'JSON that is none': [
      parquetFile('j JSON\n["{"]\n', 'parquet'),
      /a value of the column "j" is not JSON$/,
    ],
  };
  for (const [what, [body, sentence]] of Object.entries(broken)) {
    it(`say what is wrong with ${what}`, async () => {
      writeFileSync(join(folder, 'broken'), body);
      const said = await read(`file://${folder}/broken`);
      expect(said).to.include(where);
      expect(said).to.match(sentence);
    });
  }

  it('with a broken byte are an error, or another value, and never the end of the program', async function () {
    this.timeout(60_000);
    const whole = parquetFile(
      'a INT32 | b STRING | c LIST<INT32>\n[1, "x", [1]]\n[2, "y", [null]]\n',
      'parquet',
    );
    for (let at = 0; at < whole.length; at += 5) {
      const bytes = Buffer.from(whole);
      bytes[at] = (bytes[at] ?? 0) ^ 0xff;
      writeFileSync(join(folder, 'flipped'), bytes);
      const said = await read(`file://${folder}/flipped`);
      if (typeof said === 'string') expect(said).to.include(where);
    }
  });
});
