/** What a configuration is connected with: which server and bucket, as whom, and with which access for COPY. */
import { expect } from 'chai';
import { checkConfig } from '../src/config/config.ts';
import { Connections, shownAccess } from '../src/connect.ts';
import { messageOf } from '../src/errors.ts';
import { createLogger, Secrets } from '../src/log.ts';
import { raw } from '../src/sql.ts';
import { watchWarehouse, type WatchedWarehouse } from './support/access.ts';
import { lendAwsVariables, NOBODY } from './support/aws.ts';
import { logLines, type LogLine } from './support/transcript.ts';

const role = (name: string): string => `arn:aws:iam::000000000000:role/${name}`;
const { signal } = new AbortController();

type Options = Readonly<Record<string, unknown>>;

describe('connections', () => {
  let watched: WatchedWarehouse;
  let open: Connections[];
  let secrets: Secrets;
  let written: string;
  let statements: string[] = [];
  let lent: Disposable;

  before(async () => {
    watched = await watchWarehouse({
      identities: [
        { accessKeyId: 'AKIAUPLOADER', secretAccessKey: 'uploader-secret-key' },
        { accessKeyId: 'ASIAPASSING', secretAccessKey: 'passing-secret', sessionToken: 'passing-token' },
      ],
      roles: [{ arn: role('writer'), attached: false, trusts: ['AKIAUPLOADER'], externalId: 'ours' }],
      buckets: [{ name: 'stage' }, { name: 'abroad', region: 'eu-west-1' }],
      sqlFault: ({ sql }) => {
        statements.push(sql);
        return sql === "SELECT 'slow'" ? { kind: 'stall', ms: 1400 } : undefined;
      },
    });
  });
  after(() => watched.close());
  beforeEach(() => {
    [open, secrets, written, statements] = [[], new Secrets(), '', []];
    lent = lendAwsVariables({ ...NOBODY, AWS_ENDPOINT_URL_STS: watched.config.s3_endpoint });
  });
  afterEach(() => {
    for (const connections of open) connections.close();
    lent[Symbol.dispose]();
  });

  /** With nothing said about AWS but `options`. */
  const configOf = (options: Options): ReturnType<typeof checkConfig>['config'] => {
    const unsaid = { iam_role: null, aws_access_key_id: null, aws_secret_access_key: null };
    return checkConfig({ ...watched.config, ...unsaid, ...options }).config;
  };
  const connect = async (options: Options, env: NodeJS.Dict<string> = {}): Promise<Connections> => {
    const sink = {
      isTerminal: false,
      write: (line: string) => void (written += line),
      setNotice: () => undefined,
    };
    const log = await createLogger('debug', 'json', secrets, sink);
    const connections = new Connections(configOf(options), {
      log,
      secrets,
      env,
      now: Date.now,
      ownFiles: [],
    });
    open.push(connections);
    return connections;
  };
  const logged = (): readonly LogLine[] => logLines(written);

  const UPLOADER = { aws_access_key_id: 'AKIAUPLOADER', aws_secret_access_key: 'uploader-secret-key' };
  const PASSING = {
    aws_access_key_id: 'ASIAPASSING',
    aws_secret_access_key: 'passing-secret',
    aws_session_token: 'passing-token',
  };
  const AS_WRITER = { assume_role_arn: role('writer'), assume_role_external_id: 'ours' };

  describe('to Redshift', () => {
    const ask = async (options: Options, query: string): Promise<unknown> => {
      const warehouse = await (await connect({ iam_role: 'default', ...options })).openWarehouse();
      const { rows } = await warehouse.session((session) => session.run(raw(query)));
      await warehouse.close();
      return rows;
    };

    it('are as the user and in the database of the configuration, with its query group', async () => {
      expect(await ask({ query_group: 'loads' }, 'SELECT current_user, current_database()')).to.deep.equal([
        ['loader', 'dev'],
      ]);
      expect(statements).to.include("SET query_group TO 'loads'");
    });

    it('tell how long a statement has been running, with its beginning', async () => {
      expect(await ask({ heartbeat_seconds: 1 }, "SELECT 'slow'")).to.deep.equal([['slow']]);
      expect(logged().map(({ level, message, seconds }) => ({ level, message, seconds }))).to.deep.equal([
        { level: 'info', message: "still running after 1 s: SELECT 'slow'", seconds: 1 },
      ]);
    });
  });

  describe('to S3', () => {
    const regionOf = async (options: Options, env: NodeJS.Dict<string> = {}): Promise<string> => {
      const connections = await connect({ ...UPLOADER, s3_bucket: 'stage', ...options }, env);
      const store = await connections.openStore(signal);
      store.close();
      return store.region;
    };

    it('are in the region of the configuration', async () => {
      expect(await regionOf({ s3_region: 'ap-south-1' })).to.equal('ap-south-1');
    });

    it('are in the region of the bucket when the configuration names none', async () => {
      expect(await regionOf({ s3_region: null })).to.equal('us-east-1');
      expect(await regionOf({ s3_region: null, s3_bucket: 'abroad' })).to.equal('eu-west-1');
      expect(await regionOf({ s3_region: null, s3_bucket: 'abroad' }, { AWS_REGION: 'us-west-2' })).to.equal(
        'eu-west-1',
      );
    });

    it('write with the keys of the configuration, or as the role that they assume', async () => {
      for (const options of [{}, AS_WRITER]) {
        const store = await (await connect({ ...UPLOADER, ...options })).openStore(signal);
        await store.put('connect/one', Buffer.from('1'), signal);
        store.close();
      }
      const writes = watched.takeTrail().filter(({ action }) => action === 's3:PutObject');
      expect(writes.map(({ caller }) => caller)).to.deep.equal(['AKIAUPLOADER', role('writer')]);
    });

    it('read objects of any bucket, and connect only when the first is read', async () => {
      const store = await (await connect({ ...UPLOADER, s3_bucket: 'stage' })).openStore(signal);
      await store.put('tap/one', Buffer.from('line\n'), signal);
      store.close();
      watched.takeTrail();
      const reader = (await connect(UPLOADER)).openReader(signal);
      expect(watched.takeTrail()).to.deep.equal([]);
      const blocks: Buffer[] = [];
      for await (const block of reader.read('s3://stage/tap/one', signal)) blocks.push(block);
      expect(Buffer.concat(blocks).toString()).to.equal('line\n');
    });
  });

  describe('for COPY', () => {
    it('give the role, or the default one, and no key', async () => {
      expect(await (await connect({ ...UPLOADER, iam_role: role('reader') })).copyAccess()).to.deep.equal({
        kind: 'role',
        role: role('reader'),
      });
      expect(await (await connect({ iam_role: 'default' })).copyAccess()).to.deep.equal({
        kind: 'role',
        role: 'default',
      });
    });

    it('give the keys of the configuration, with their token', async () => {
      expect(await (await connect({ ...UPLOADER, copy_credentials: 'keys' })).copyAccess()).to.deep.equal({
        kind: 'keys',
        accessKeyId: 'AKIAUPLOADER',
        secretAccessKey: 'uploader-secret-key',
      });
      expect(await (await connect({ ...PASSING, copy_credentials: 'keys' })).copyAccess()).to.deep.equal({
        kind: 'keys',
        accessKeyId: 'ASIAPASSING',
        secretAccessKey: 'passing-secret',
        sessionToken: 'passing-token',
      });
    });

    for (const [what, options] of [
      ['temporary keys from STS, with "temporary"', { copy_credentials: 'temporary' }],
      ['the keys of the role that is assumed', { copy_credentials: 'keys', ...AS_WRITER }],
    ] as const) {
      it(`give ${what}; from then on they are secrets`, async () => {
        const access = await (await connect({ ...UPLOADER, ...options })).copyAccess();
        if (access.kind === 'role') return expect.fail('a role was given');
        expect(access.accessKeyId).to.match(/^ASIA/);
        expect(access.secretAccessKey).not.to.equal('uploader-secret-key');
        expect(secrets.redact(`${access.secretAccessKey} ${access.sessionToken ?? ''}`)).to.equal('*** ***');
      });
    }

    it('give new keys each time that the old ones would end under the statement', async () => {
      // Sessions of the role last an hour, and so may a statement.
      const connections = await connect({
        ...UPLOADER,
        ...AS_WRITER,
        copy_credentials: 'keys',
        statement_timeout_seconds: 7200,
      });
      const keys = [await connections.copyAccess(), await connections.copyAccess()].map((access) =>
        access.kind === 'keys' ? access.accessKeyId : '',
      );
      expect(new Set(keys).size).to.equal(2);
    });

    it('say what to correct when the role may not be assumed', async () => {
      const connections = await connect({
        ...UPLOADER,
        copy_credentials: 'keys',
        assume_role_arn: role('writer'),
        assume_role_external_id: 'theirs',
      });
      const failure = await connections.copyAccess().then(String, (error: unknown) => messageOf(error));
      expect(failure).to.match(
        /^Cannot assume the role .*\/writer: access is denied; the trust policy of the role must name this identity, and assume_role_external_id must be the id that it requires/,
      );
    });
  });

  describe('as an identity', () => {
    it('are named by their ARN where STS answers, a session by its role', async () => {
      const env = { AWS_ENDPOINT_URL_STS: watched.config.s3_endpoint };
      expect(await (await connect(UPLOADER, env)).identity()).to.equal(
        'arn:aws:iam::000000000000:user/AKIAUPLOADER',
      );
      expect(await (await connect({ ...UPLOADER, ...AS_WRITER }, env)).identity()).to.equal(role('writer'));
    });

    it('are named by their access key where S3 is not that of AWS and has no STS', async () => {
      expect(await (await connect(UPLOADER)).identity()).to.equal(
        'the identity with the access key AKIAUPLOADER',
      );
    });
  });

  describe('that a plan shows', () => {
    it('hold the role, or keys whose place is masked where AWS would have to be asked', () => {
      expect(shownAccess(configOf({ iam_role: 'default' }))).to.deep.equal({ kind: 'role', role: 'default' });
      expect(shownAccess(configOf({ copy_credentials: 'keys' }))).to.deep.equal({
        kind: 'keys',
        accessKeyId: '***',
        secretAccessKey: '***',
      });
      expect(shownAccess(configOf({ ...UPLOADER, copy_credentials: 'keys' }))).to.deep.equal({
        kind: 'keys',
        accessKeyId: 'AKIAUPLOADER',
        secretAccessKey: 'uploader-secret-key',
      });
    });
  });
});
