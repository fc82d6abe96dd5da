import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { S3Client, PutObjectCommand, GetObjectCommand } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { startS3 } from '../../../src/local/s3/server.ts';
const credentials = { accessKeyId: 'A', secretAccessKey: 'b' };
if (process.argv[2] === 'server') {
  const dir = mkdtempSync('/tmp/s3bench/');
  const s3 = await startS3({ dir, identities: [credentials], buckets: ['data'] });
  process.send!(s3.endpoint);
  process.on('message', async (m) => {
    if (m === 'mem')
      process.send!(
        `rss ${(process.memoryUsage().rss / 1e6) | 0} MB cpu ${JSON.stringify(process.cpuUsage())}`,
      );
    else {
      await s3.close();
      rmSync(dir, { recursive: true });
      process.exit(0);
    }
  });
} else {
  const inproc = process.argv[2] === 'same';
  const child = fork(import.meta.filename, ['server'], { execArgv: ['--import', 'tsx', ...(process.env.PROF ? ['--cpu-prof', '--cpu-prof-dir=/tmp/s3bench/prof'] : [])] });
  const next = () => new Promise<string>((r) => child.once('message', (m) => r(String(m))));
  let endpoint = await next();
  if (inproc) {
    const dir = mkdtempSync('/tmp/s3bench/');
    endpoint = (await startS3({ dir, identities: [credentials], buckets: ['data'] })).endpoint;
  }
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  const lax = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
  });
  const data = randomBytes(64 * 1024 * 1024);
  const time = async (name: string, mb: number, f: () => Promise<unknown>) => {
    const s = performance.now();
    await f();
    const t = performance.now() - s;
    console.log(name, ((mb / t) * 1000).toFixed(0), 'MB/s', t.toFixed(0), 'ms');
  };
  for (let i = 0; i < 3; i++) {
    await time('put 64MB default', 67, () =>
      client.send(new PutObjectCommand({ Bucket: 'data', Key: 'x', Body: data })),
    );
    await time('put 64MB lax', 67, () =>
      lax.send(new PutObjectCommand({ Bucket: 'data', Key: 'x', Body: data })),
    );
    await time('put 64MB stream', 67, () =>
      client.send(
        new PutObjectCommand({
          Bucket: 'data',
          Key: 'x',
          ContentLength: data.length,
          Body: Readable.from(
            (function* () {
              for (let o = 0; o < data.length; o += 65536) yield data.subarray(o, o + 65536);
            })(),
            { objectMode: false },
          ),
        }),
      ),
    );
    await time('upload 64MB', 67, () =>
      new Upload({ client, params: { Bucket: 'data', Key: 'm', Body: data } }).done(),
    );
    await time('get 64MB', 67, async () => {
      const r = await lax.send(new GetObjectCommand({ Bucket: 'data', Key: 'x' }));
      for await (const _ of r.Body as Readable);
    });
    await time('get 64MB multi', 67, async () => {
      const r = await lax.send(new GetObjectCommand({ Bucket: 'data', Key: 'm' }));
      for await (const _ of r.Body as Readable);
    });
  }
  const small = randomBytes(2000);
  let n = 0;
  const t0 = performance.now();
  await Promise.all(
    Array.from({ length: 8 }, async () => {
      while (n < 2000) {
        const i = n++;
        await client.send(new PutObjectCommand({ Bucket: 'data', Key: `s/${i}`, Body: small }));
      }
    }),
  );
  console.log('small puts/s', ((2000 / (performance.now() - t0)) * 1000).toFixed(0));
  child.send('mem');
  console.log('server', await next());
  child.send('bye');
  client.destroy();
  lax.destroy();
  if (inproc) process.exit(0);
}
