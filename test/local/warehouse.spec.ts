/** The local warehouse as a whole: its folder, its settings, and its end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import pg from 'pg';
import {
  FolderInUseError,
  startLocalWarehouse,
  type LocalWarehouse,
  type WarehouseConfig,
} from '../../src/local/api.ts';

describe('the local warehouse', () => {
  let base: string;
  let dir: string;
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'warehouse-'));
    dir = join(base, 'warehouse');
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  const connect = async (config: WarehouseConfig) => {
    const { hostname, port, user, password, database, ssl_ca } = config;
    const client = new pg.Client({ host: hostname, port, user, password, database, ssl: { ca: ssl_ca } });
    client.on('error', () => undefined);
    await client.connect();
    return client;
  };
  const makeS3 = (config: WarehouseConfig) =>
    new S3Client({
      endpoint: config.s3_endpoint,
      region: config.s3_region,
      forcePathStyle: config.s3_force_path_style,
      credentials: { accessKeyId: config.aws_access_key_id, secretAccessKey: config.aws_secret_access_key },
    });
  const stable = ({ port: _port, s3_endpoint: _endpoint, ...config }: WarehouseConfig) => config;

  it('keeps tables, objects and secrets from run to run', async () => {
    const first = await startLocalWarehouse({ dir });
    let second: LocalWarehouse | undefined;
    try {
      const client = await connect(first.config);
      await client.query('CREATE TABLE kept (a INT); INSERT INTO kept VALUES (1)');
      await client.end();
      const Bucket = first.config.s3_bucket;
      await makeS3(first.config).send(new PutObjectCommand({ Bucket, Key: 'k', Body: 'v' }));
      await first.stop();

      second = await startLocalWarehouse({ dir });
      expect(stable(second.config)).to.deep.equal(stable(first.config));
      const again = await connect(second.config);
      expect((await again.query('SELECT a FROM kept')).rows).to.deep.equal([{ a: 1 }]);
      await again.end();
      const object = await makeS3(second.config).send(new GetObjectCommand({ Bucket, Key: 'k' }));
      expect(await object.Body?.transformToString()).to.equal('v');
    } finally {
      await first.stop();
      await second?.stop();
    }
  });

  it('shows its secrets to nobody else', async () => {
    const warehouse = await startLocalWarehouse({ dir });
    await warehouse.stop();
    expect(statSync(dir).mode & 0o066).to.equal(0);
    const secret = [warehouse.config.password, warehouse.config.aws_secret_access_key, 'PRIVATE KEY'];
    for (const entry of readdirSync(dir, { withFileTypes: true })) {
      const path = join(dir, entry.name);
      const holds = entry.isFile() && secret.some((text) => readFileSync(path, 'utf8').includes(text));
      if (holds) expect([entry.name, statSync(path).mode & 0o777]).to.deep.equal([entry.name, 0o600]);
    }
  });

  it('refuses a folder that is in use, and leaves who uses it alone', async () => {
    const warehouse = await startLocalWarehouse({ dir });
    try {
      const second = await startLocalWarehouse({ dir }).catch((error: unknown) => error);
      expect(second).to.be.instanceOf(FolderInUseError);
      expect((second as Error).message).to.equal(
        `Cannot serve ${dir}: process ${process.pid} serves it already`,
      );
      const client = await connect(warehouse.config);
      expect((await client.query('SELECT 1 AS one')).rows).to.deep.equal([{ one: 1 }]);
      await client.end();
    } finally {
      await warehouse.stop();
    }
  });

  it('ends its sessions within a second, and stops more than once', async () => {
    const warehouse = await startLocalWarehouse({ dir });
    const client = await connect(warehouse.config);
    const running = client
      .query('SELECT count(*) FROM generate_series(1, 1000000000)')
      .catch((error: unknown) => error);
    const start = performance.now();
    await Promise.all([warehouse.stop(), warehouse.stop()]);
    await warehouse.stop();
    expect(performance.now() - start).to.be.lessThan(1000);
    expect(await running).to.be.instanceOf(Error);
  });

  it('can be started again at once after its process was killed', async () => {
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', join(import.meta.dirname, 'warehouse.fixture.ts'), dir],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
    const client = await connect(JSON.parse(line) as WarehouseConfig);
    await client.query('CREATE TABLE survived (a INT)');
    await client.query('BEGIN');
    await client.query('INSERT INTO survived VALUES (1)');
    child.kill('SIGKILL');
    await once(child, 'exit');
    const warehouse = await startLocalWarehouse({ dir });
    try {
      const again = await connect(warehouse.config);
      expect((await again.query('SELECT count(*) FROM survived')).rows).to.deep.equal([{ count: '0' }]);
      await again.end();
    } finally {
      await warehouse.stop();
    }
  });
});
