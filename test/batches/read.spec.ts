/** What is said about files of BATCH messages that cannot be read, and how they are read from S3. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { BatchLocations } from '../../src/batches/locations.ts';
import { batchFiles } from '../../src/batches/read.ts';
import type { ObjectReader } from '../../src/ports.ts';
import { connectS3 } from '../../src/staging/s3.ts';
import { faults, newPlace, s3Client, type Place } from '../support/warehouse.ts';

const { signal } = new AbortController();

/** More than one block of an object, in 90 lines. */
const large = `{"text": "${'x'.repeat(100_000)}"}\n`.repeat(90);

function readerOf({ config }: Place): ObjectReader {
  return connectS3({
    bucket: config.s3_bucket,
    region: config.s3_region,
    endpoint: config.s3_endpoint,
    forcePathStyle: true,
    credentials: {
      accessKeyId: config.aws_access_key_id,
      secretAccessKey: config.aws_secret_access_key,
    },
    encryption: 'bucket-default',
    kmsKeyId: undefined,
    owner: undefined,
    acl: undefined,
    requests: () => ({}),
    signal,
  });
}

describe('the files of a BATCH message', () => {
  let folder: string;
  let place: Place;
  let reader: ObjectReader;
  let locations: BatchLocations;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'target-redshift-batch-'));
    place = await newPlace();
    reader = readerOf(place);
    const given = [
      `file://${folder}/`,
      `s3://${place.config.s3_bucket}`,
      's3://no-such-bucket-here',
      's3://bucket',
    ];
    locations = new BatchLocations({ given, bucket: '', own: [] });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const file = (name: string, content: Buffer | string): string => {
    writeFileSync(join(folder, name), content);
    return `file://${folder}/${name}`;
  };
  const upload = async (key: string, body: Buffer | string): Promise<string> => {
    const client = s3Client(place.config);
    await client.send(
      new PutObjectCommand({
        Bucket: place.config.s3_bucket,
        Key: `${place.prefix}/${key}`,
        Body: Buffer.from(body),
      }),
    );
    client.destroy();
    return `s3://${place.config.s3_bucket}/${place.prefix}/${key}`;
  };
  /** The lines of its records, or the sentence of its error. */
  const read = async (
    files: readonly string[],
    compression: string | undefined,
    format = 'jsonl',
  ): Promise<readonly string[] | string> => {
    const message = { type: 'batch', stream: 's', version: undefined, format, compression, files } as const;
    const found: string[] = [];
    try {
      for (const one of batchFiles(reader, locations).of(message, 9, signal)) {
        let line = 0;
        for await (const block of one.blocks(() => line)) {
          for (const text of block.toString().slice(0, -1).split('\n')) found.push(`${++line}: ${text}`);
        }
      }
      return found;
    } catch (error) {
      return (error as Error).message;
    }
  };

  const good = gzipSync('{"id": 1}\n'.repeat(1000));
  const refusals: Readonly<Record<string, () => [string, string | undefined, string]>> = {
    'a folder': () => [`file://${folder}`, undefined, 'it is not a file'],
    'a named pipe without a writer': () => {
      execFileSync('mkfifo', [join(folder, 'pipe')]);
      return [`file://${join(folder, 'pipe')}`, undefined, 'it is not a file'];
    },
    'text instead of gzip': () => [
      file('text.gz', '{"id": 1}\n'),
      'gzip',
      'it is not gzip data, or it is damaged (incorrect header check)',
    ],
    'gzip data with another checksum': () => [
      file('sum.gz', Buffer.concat([good.subarray(0, -8), Buffer.alloc(4), good.subarray(-4)])),
      'gzip',
      'it is not gzip data, or it is damaged (incorrect data check)',
    ],
    'cut gzip data': () => [
      file('cut.gz', good.subarray(0, -9)),
      'gzip',
      'its gzip data ends too early (unexpected end of file)',
    ],
    'gzip data cut between members': () => [
      file('members.gz', Buffer.concat([good, good.subarray(0, 1)])),
      'gzip',
      'its gzip data ends too early (unexpected end of file)',
    ],
    'an empty file instead of gzip': () => [
      file('empty.gz', ''),
      'gzip',
      'its gzip data ends too early (unexpected end of file)',
    ],
    'zeros behind gzip data': () => [
      file('zeros.gz', Buffer.concat([good, Buffer.alloc(1_000_000)])),
      'gzip',
      `other bytes follow the gzip data, which ends at byte ${good.length}`,
    ],
    'text behind gzip data': () => [
      file('more.gz', Buffer.concat([good, Buffer.from('{"id": 2}\n')])),
      'gzip',
      'it is not gzip data, or it is damaged (incorrect header check)',
    ],
    'another kind of address': () => [
      'https://example.com/a',
      undefined,
      'only URLs like file:///directory/name and s3://bucket/key can be read',
    ],
    'a file of another machine': () => [
      'file://server/share/a',
      undefined,
      'only URLs like file:///directory/name and s3://bucket/key can be read',
    ],
    'a missing object': () => [
      `s3://${place.config.s3_bucket}/${place.prefix}/none`,
      undefined,
      `Cannot read s3://${place.config.s3_bucket}/${place.prefix}/none: there is no such object (NoSuchKey: The specified key does not exist.)`,
    ],
    'a missing bucket': () => [
      's3://no-such-bucket-here/a',
      undefined,
      'Cannot read s3://no-such-bucket-here/a: the bucket does not exist (NoSuchBucket: The specified bucket does not exist)',
    ],
    'a bucket alone': () => [
      's3://bucket/',
      undefined,
      'Cannot read s3://bucket/: an S3 URL has the form s3://bucket/key',
    ],
  };
  for (const [what, given] of Object.entries(refusals)) {
    it(`say what is wrong with ${what}`, async () => {
      const [url, compression, reason] = given();
      expect(await read([url], compression)).to.equal(
        `Cannot read ${url}, which the BATCH message on line 9 names: ${reason}`,
      );
    });
  }

  it('must be Parquet, or jsonl, plain or gzip', async () => {
    expect(await read([], undefined, 'avro')).to.equal(
      'Cannot load the BATCH message on line 9: its format is "avro"; set batch_config of the tap to "jsonl" or "parquet"',
    );
    expect(await read([], 'zstd')).to.equal(
      'Cannot load the BATCH message on line 9: its compression is "zstd"; set batch_config of the tap to "gzip" or "none"',
    );
  });

  it('count their lines each from 1, and a line may stand across the blocks of an object', async () => {
    const long = `{"text": "${'x'.repeat(9_000_000)}"}`;
    const url = await upload('long.jsonl', `{"id": 1}\n${long}\n\n{"id": 2}`);
    const other = await upload('none.jsonl', '');
    expect(await read([url, other, file('b.jsonl', '{"id": 3}')], undefined)).to.deep.equal([
      '1: {"id": 1}',
      `2: ${long}`,
      '3: ',
      '4: {"id": 2}',
      '1: {"id": 3}',
    ]);
  });

  it('are asked for again where an answer of S3 breaks off', async () => {
    const url = await upload('broken.jsonl', large);
    let asked = 0;
    faults.s3 = ({ operation }) =>
      operation === 'GetObject' && asked++ === 1 ? { kind: 'truncate', bytes: 1000 } : undefined;
    expect(await read([url], undefined)).to.have.length(90);
    expect(asked).to.equal(3);
  });

  it('are refused when an object is replaced while it is read', async () => {
    const url = await upload('replaced.jsonl', large);
    const message = {
      type: 'batch',
      stream: 's',
      version: undefined,
      format: 'jsonl',
      compression: undefined,
      files: [url],
    } as const;
    const [file] = batchFiles(reader, locations).of(message, 9, signal);
    const groups = file!.blocks(() => 0)[Symbol.asyncIterator]();
    await groups.next();
    await upload('replaced.jsonl', large.replace('x', 'y'));
    const rest = async (): Promise<void> => {
      while (!(await groups.next()).done);
    };
    const reason = await rest().catch((error: unknown) => (error as Error).message);
    expect(reason).to.contain('it was replaced while it was being read (PreconditionFailed');
  });
});
