/** `npm run test:aws`, with the local warehouse in the place of a cluster. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { newPlace, s3Client } from '../support/warehouse.ts';

const script = fileURLToPath(new URL('cluster.ts', import.meta.url));

async function run(args: readonly string[]): Promise<{ code: number | null; stdout: string }> {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !name.startsWith('TARGET_REDSHIFT_')),
  );
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], { env });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout };
}

describe('npm run test:aws', function () {
  this.timeout(60_000);

  it('says what to set when no cluster is given', async () => {
    const { code, stdout } = await run([]);
    expect(stdout).to.match(/^Nothing was tested: give a cluster .* TARGET_REDSHIFT_HOSTNAME, .*\.\n$/);
    expect(code).to.equal(0);
  });

  it('plays the rows that are asked for and leaves nothing behind', async () => {
    const place = await newPlace();
    const { code, stdout } = await run([
      '--config',
      place.configFile(),
      '^manifest: .*(twice|prefix of keys)',
    ]);
    expect(stdout).to.equal('\n2 rows, 0 differ.\n');
    expect(code).to.equal(0);
    const schemas = await place.query("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'conformance%'");
    expect(schemas).to.deep.equal([]);
    const s3 = s3Client(place.config);
    const { Contents = [] } = await s3.send(
      new ListObjectsV2Command({ Bucket: place.config.s3_bucket, Prefix: 'conformance' }),
    );
    s3.destroy();
    expect(Contents).to.deep.equal([]);
  });
});
