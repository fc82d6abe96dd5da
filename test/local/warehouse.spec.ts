/** The local warehouse as a whole: its folder, its settings, and its end. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import pg from 'pg';
import {
  FolderInUseError,
  LocalWarehouseError,
  PortInUseError,
  startLocalWarehouse,
  type LocalWarehouse,
  type WarehouseConfig,
  type WarehouseOptions,
} from '../../src/local/api.ts';
import type { S3PolicyStatement } from '../../src/local/s3/server.ts';
import { newFolder } from '../support/folder.ts';
import { newWarehouseFolder } from '../support/template.ts';

describe('the local warehouse', () => {
  let folders: string[];
  /** A folder in which a warehouse ran before; a test of its first run takes another one. */
  let dir: string;
  beforeEach(async () => {
    dir = await newWarehouseFolder('warehouse-');
    folders = [dir];
  });
  afterEach(() => {
    for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  });
  /** The path of a folder that does not exist yet. */
  const newPath = () => {
    const parent = newFolder('warehouse-');
    folders.push(parent);
    return join(parent, 'warehouse');
  };

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

  for (const environment of [
    { PGSSLMODE: 'require' },
    { PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/nowhere/ca.pem', PGSSLNEGOTIATION: 'direct' },
    { PGHOST: 'nowhere.invalid', PGPORT: '1', PGUSER: 'someone', PGDATABASE: 'other', PGPASSWORD: 'wrong' },
    { PGOPTIONS: '-c no_such_setting=1', PGREPLICATION: 'database', PGCLIENT_ENCODING: 'latin1' },
    { PGAPPNAME: 'app', PGCONNECT_TIMEOUT: '1', PGTZ: 'nowhere', PGDATESTYLE: 'none', PGSERVICE: 'none' },
  ]) {
    it(`starts with ${Object.keys(environment).join(', ')} in the environment`, async () => {
      const before = { ...process.env };
      Object.assign(process.env, environment);
      const warehouse = await startLocalWarehouse({ dir }).finally(() => (process.env = before));
      try {
        const client = await connect(warehouse.config);
        expect((await client.query("SELECT 'é' AS a")).rows).to.deep.equal([{ a: 'é' }]);
        await client.end();
      } finally {
        await warehouse.stop();
      }
    });
  }

  it('keeps tables, objects and secrets from run to run', async () => {
    dir = newPath();
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
    dir = newPath();
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

  describe('rejects with a LocalWarehouseError', () => {
    const failureOf = (options: Partial<WarehouseOptions>) =>
      startLocalWarehouse({ dir, ...options }).then(
        () => expect.fail('it started'),
        (error: unknown) => error,
      );
    const takePort = async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      return { port, server };
    };

    for (const option of ['port', 's3Port'] as const) {
      it(`a ${option} that another program has, and leaves the folder free`, async () => {
        const { port, server } = await takePort();
        try {
          const error = await failureOf({ [option]: port });
          expect(error).to.be.instanceOf(LocalWarehouseError).and.instanceOf(PortInUseError);
          expect(error).to.include({ port, message: `Cannot listen on port ${port}: it is in use` });
        } finally {
          server.close();
        }
        const warehouse = await startLocalWarehouse({ dir, [option]: port });
        await warehouse.stop();
      });
    }

    it('a path that is a file', async () => {
      dir = newPath();
      writeFileSync(dir, '');
      expect(await failureOf({})).to.be.instanceOf(LocalWarehouseError);
    });

    it('a policy and a name of a bucket that S3 would not take', async () => {
      dir = newPath();
      const statement = { Effect: 'Perhaps', Action: '*', Resource: '*' } as unknown as S3PolicyStatement;
      const identity = { accessKeyId: 'A', secretAccessKey: 'S', policy: { Statement: [statement] } };
      expect(String(await failureOf({ identities: [identity] }))).to.equal(
        'LocalWarehouseError: Effect is "Perhaps": it is Allow or Deny',
      );
      expect(String(await failureOf({ buckets: [{ name: 'A bucket' }] }))).to.equal(
        'LocalWarehouseError: Cannot make the bucket "A bucket": The specified bucket is not valid.',
      );
    });

    it('objects that another program wrote', async () => {
      mkdirSync(join(dir, 's3', 'some-bucket'), { recursive: true });
      writeFileSync(join(dir, 's3', 'some-bucket', 'bucket.json'), 'not JSON');
      expect(String(await failureOf({}))).to.match(
        /^LocalWarehouseError: .*bucket\.json was not written by the local warehouse$/,
      );
    });

    it('an engine that does not start', async () => {
      await (await startLocalWarehouse({ dir })).stop();
      const files = existsSync(join(dir, 'postgres-files'))
        ? readFileSync(join(dir, 'postgres-files'), 'utf8')
        : join(dir, 'postgres');
      writeFileSync(join(files, 'PG_VERSION'), '12\n');
      expect(String(await failureOf({}))).to.match(/^LocalWarehouseError: PostgreSQL did not start: .*/);
    });
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
