/** Files that Spark writes, by `copy-files`: every row arrives, and once. */
import { createReadStream, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import type pg from 'pg';
import { runs } from './support/java.ts';
import { run } from './support/processes.ts';
import { environmentOrSkip } from './support/python.ts';
import { clientOf, type Folder, newFolder, type Served, serveLocal, TARGET } from './support/target.ts';

const SPARK = ['pyspark==4.3.0'];
const ROWS = 1_000_000;

describe('files of Spark', () => {
  let folder: Folder;
  let served: Served;
  let client: pg.Client;
  let facts: readonly string[];

  before(async function () {
    folder = newFolder();
    served = await serveLocal(folder.file('warehouse'));
    client = await clientOf(served.config);
    if (!(await runs(['java', '-version']))) return this.skip();
    const programs = await environmentOrSkip(this, SPARK);
    writeFileSync(folder.file('config.json'), JSON.stringify(served.config));
    const script = fileURLToPath(new URL('spark_files.py', import.meta.url));
    const written = await run([programs('python'), script, folder.file('orders'), String(ROWS)], {
      seconds: 300,
    });
    expect(written.code, written.stderr.slice(-4000)).to.equal(0);
    facts = JSON.parse(written.stdout.trim().split('\n').at(-1) ?? '') as string[];
    await upload('orders');
  });
  after(async () => {
    await client.end();
    await served.stop();
    folder.remove();
  });

  async function upload(name: string): Promise<void> {
    const { s3_endpoint, s3_region, s3_bucket, aws_access_key_id, aws_secret_access_key } = served.config;
    const s3 = new S3Client({
      ...{ endpoint: s3_endpoint, region: s3_region, forcePathStyle: true },
      credentials: { accessKeyId: aws_access_key_id, secretAccessKey: aws_secret_access_key },
    });
    for (const file of readdirSync(folder.file(name))) {
      const path = join(folder.file(name), file);
      await s3.send(
        new PutObjectCommand({
          ...{ Bucket: s3_bucket, Key: `lake/${name}/${file}` },
          ...{ Body: createReadStream(path), ContentLength: statSync(path).size },
        }),
      );
    }
    s3.destroy();
  }

  const copy = (): ReturnType<typeof run> =>
    run([
      ...TARGET,
      'copy-files',
      ...['--config', folder.file('config.json'), '--stream', 'orders', '--key', 'id'],
      `s3://${served.config.s3_bucket}/lake/orders/`,
    ]);

  it('arrive with every row, as their sums tell', async () => {
    const { code, stderr } = await copy();
    expect(code, stderr).to.equal(0);
    const { rows } = await client.query<string[]>({
      text: `SELECT COUNT(*), SUM(id), SUM(bucket), SUM(amount), COUNT(tags), MAX(at)::varchar FROM ${served.config.target_schema}.orders`,
      rowMode: 'array',
    });
    expect(rows).to.deep.equal([facts]);
  });

  it('are not loaded a second time', async () => {
    const { code, stderr } = await copy();
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain('nothing to copy: all 8 files are loaded already');
  });
});
