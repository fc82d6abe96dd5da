/**
 * As whom a load writes to S3 and lets COPY read, for each way to be somebody on AWS. Sessions of STS live two seconds here,
 * so that every load works with keys that end under it.
 */
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import pg from 'pg';
import type { Access } from '../../src/local/api.ts';
import { watchWarehouse, type WatchedWarehouse } from '../support/access.ts';
import { NOBODY } from '../support/aws.ts';
import { lines, record, runCli, schema, state, type Finished } from '../support/cli.ts';
import { runHere, startHere } from '../support/in-process.ts';

const UPLOADER = { accessKeyId: 'AKIAUPLOADER', secretAccessKey: 'uploader-secret-key' };
const PASSING = {
  accessKeyId: 'ASIAPASSING',
  secretAccessKey: 'passing-secret-key',
  sessionToken: 'passing-session-token',
};
const EXPIRED = { ...PASSING, accessKeyId: 'ASIAEXPIRED', expires: '2020-01-01T00:00:00Z' };

const role = (name: string): string => `arn:aws:iam::000000000000:role/${name}`;

const ACCESS: Access = {
  identities: [UPLOADER, PASSING, EXPIRED],
  roles: [
    { arn: role('writer'), attached: false, trusts: [UPLOADER.accessKeyId], externalId: 'ours' },
    { arn: role('front'), policy: { Statement: [] }, assumes: [role('reader')] },
    { arn: role('reader'), attached: false },
  ],
};

const KEYS = {
  aws_access_key_id: UPLOADER.accessKeyId,
  aws_secret_access_key: UPLOADER.secretAccessKey,
};
const KEYS_IN_ENV = {
  AWS_ACCESS_KEY_ID: UPLOADER.accessKeyId,
  AWS_SECRET_ACCESS_KEY: UPLOADER.secretAccessKey,
};

const tokenKeys = ({ accessKeyId, secretAccessKey, sessionToken }: typeof PASSING): object => ({
  aws_access_key_id: accessKeyId,
  aws_secret_access_key: secretAccessKey,
  aws_session_token: sessionToken,
});

const INPUT = lines(schema('t', { id: { type: 'integer' } }), record('t', { id: 1 }));

describe('AWS credentials of a load', () => {
  let watched: WatchedWarehouse;
  let admin: pg.Client;
  let dir: string;
  let statements: string[] = [];
  let runs = 0;

  before(async function () {
    this.timeout(60_000);
    dir = mkdtempSync(join(tmpdir(), 'target-redshift-credentials-'));
    watched = await watchWarehouse({
      ...ACCESS,
      sessionSeconds: 2,
      sqlFault: ({ sql }) => void statements.push(sql),
    });
    const { hostname: host, port, database, user, password, ssl_ca: ca } = watched.config;
    admin = new pg.Client({ host, port, database, user, password, ssl: { ca } });
    await admin.connect();
  });
  beforeEach(() => {
    watched.takeTrail();
    statements = [];
  });
  after(async () => {
    await admin.end();
    await watched.close();
    rmSync(dir, { recursive: true, force: true });
  });

  /** Arguments for a load into a schema of its own, with nothing said about AWS but `options`. */
  function argumentsWith(options: object): string[] {
    const unsaid = { iam_role: undefined, aws_access_key_id: undefined, aws_secret_access_key: undefined };
    const place = { ...watched.config, ...unsaid };
    const path = join(dir, `${++runs}.json`);
    writeFileSync(path, JSON.stringify({ ...place, target_schema: `load_${runs}`, ...options }));
    return ['--config', path];
  }

  const around = (env: Readonly<Record<string, string>>): Record<string, string> => ({
    ...NOBODY,
    HOME: dir,
    AWS_ENDPOINT_URL_STS: watched.config.s3_endpoint,
    ...env,
  });

  const load = (
    options: object,
    env: Readonly<Record<string, string>> = {},
    run = runHere,
  ): Promise<Finished> => run(argumentsWith(options), INPUT, around(env));

  const rows = async (): Promise<number> =>
    (await admin.query(`SELECT id FROM load_${runs}.t`)).rowCount ?? 0;

  /** Who wrote to S3 and who read it for COPY: access key ids, and roles behind sessions. */
  function actors(): { readonly writes: string[]; readonly reads: string[] } {
    const trail = watched.takeTrail();
    const callers = (via: string, action: string): string[] => [
      ...new Set(
        trail.filter((entry) => entry.via === via && entry.action === action).map(({ caller }) => caller),
      ),
    ];
    return { writes: callers('http', 's3:PutObject'), reads: callers('copy', 's3:GetObject') };
  }

  /** The access key ids in the SQL of COPY; none for a role. */
  const keysInCopies = (): string[] =>
    statements.flatMap((sql) => /^COPY.* ACCESS_KEY_ID '(\w+)'/.exec(sql)?.[1] ?? []);

  /** Without the keys of objects, which are new in every run. */
  const errorsOf = (logs: Finished['logs']): string[] =>
    logs
      .filter(({ level }) => level === 'error')
      .map(({ message }) => message.replace(/(s3:\/\/[^/]+\/)[^\s:]+/, '$1KEY'));

  describe('are found', () => {
    /** In a process of its own: the SDK reads the environment and the files of a process, and keeps what it found. */
    const loadAlone = (options: object, env: Readonly<Record<string, string>> = {}): Promise<Finished> =>
      load(options, env, runCli);

    it('in the environment', async () => {
      const { code, stderr } = await loadAlone({}, KEYS_IN_ENV);
      expect({ code, rows: await rows(), ...actors() }, stderr).to.deep.equal({
        code: 0,
        rows: 1,
        writes: ['AKIAUPLOADER'],
        reads: ['AKIAUPLOADER'],
      });
    });

    it('in the configuration, which wins over the environment; COPY gets the same with copy_credentials "keys"', async () => {
      const { code, stderr } = await loadAlone(
        { ...KEYS, copy_credentials: 'keys' },
        { AWS_ACCESS_KEY_ID: 'AKIAOTHER', AWS_SECRET_ACCESS_KEY: 'other-secret-key' },
      );
      expect({ code, ...actors(), keysInCopies: keysInCopies() }, stderr).to.deep.equal({
        code: 0,
        writes: ['AKIAUPLOADER'],
        reads: ['AKIAUPLOADER'],
        keysInCopies: ['AKIAUPLOADER'],
      });
      expect(stderr).not.to.contain(UPLOADER.secretAccessKey);
    });

    it('in the configuration with a session token, which COPY gets too', async () => {
      const { code, stderr } = await loadAlone(tokenKeys(PASSING));
      expect({ code, ...actors(), keysInCopies: keysInCopies() }, stderr).to.deep.equal({
        code: 0,
        writes: ['ASIAPASSING'],
        reads: ['ASIAPASSING'],
        keysInCopies: ['ASIAPASSING'],
      });
    });

    it('in the profile that aws_profile or AWS_PROFILE names, in the files of AWS or those that the environment names', async () => {
      const keys = `aws_access_key_id = ${UPLOADER.accessKeyId}\naws_secret_access_key = ${UPLOADER.secretAccessKey}\n`;
      mkdirSync(join(dir, '.aws'), { recursive: true });
      writeFileSync(
        join(dir, '.aws', 'credentials'),
        `[default]\naws_access_key_id = AKIAOTHER\n\n[loader]\n${keys}`,
      );
      writeFileSync(join(dir, 'config'), `[profile elsewhere]\n${keys}`);
      const home = { AWS_SHARED_CREDENTIALS_FILE: '', AWS_CONFIG_FILE: '' };
      const cases: readonly (readonly [object, Readonly<Record<string, string>>])[] = [
        [{ aws_profile: 'loader' }, home],
        [{}, { ...home, AWS_PROFILE: 'loader' }],
        [{ aws_profile: 'elsewhere' }, { AWS_CONFIG_FILE: join(dir, 'config') }],
      ];
      const finished = await Promise.all(cases.map(([options, env]) => loadAlone(options, env)));
      expect(finished.map(({ code }) => code)).to.deep.equal([0, 0, 0]);
      expect(actors()).to.deep.equal({ writes: ['AKIAUPLOADER'], reads: ['AKIAUPLOADER'] });
    });

    it('in a profile that assumes a role', async () => {
      writeFileSync(
        join(dir, 'roles'),
        `[profile writer]\nrole_arn = ${role('writer')}\nexternal_id = ours\nsource_profile = keys\n
         [profile keys]\naws_access_key_id = ${UPLOADER.accessKeyId}\naws_secret_access_key = ${UPLOADER.secretAccessKey}\n`,
      );
      const { code, stderr } = await loadAlone(
        { aws_profile: 'writer' },
        { AWS_CONFIG_FILE: join(dir, 'roles') },
      );
      expect({ code, ...actors() }, stderr).to.deep.equal({
        code: 0,
        writes: [role('writer')],
        reads: [role('writer')],
      });
    });

    it('with the container agent, which is told its token', async () => {
      const asked: (string | undefined)[] = [];
      const agent = createServer((request, response) => {
        asked.push(request.headers.authorization);
        const { accessKeyId, secretAccessKey, sessionToken } = PASSING;
        response.setHeader('content-type', 'application/json').end(
          JSON.stringify({
            AccessKeyId: accessKeyId,
            SecretAccessKey: secretAccessKey,
            Token: sessionToken,
            Expiration: new Date(Date.now() + 3_600_000).toISOString(),
          }),
        );
      }).listen(0, '127.0.0.1');
      await once(agent, 'listening');
      try {
        const { port } = agent.address() as AddressInfo;
        const { code, stderr } = await loadAlone(
          {},
          {
            AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${port}/keys`,
            AWS_CONTAINER_AUTHORIZATION_TOKEN: 'agent-token',
          },
        );
        expect({ code, ...actors() }, stderr).to.deep.equal({
          code: 0,
          writes: ['ASIAPASSING'],
          reads: ['ASIAPASSING'],
        });
        expect([...new Set(asked)]).to.deep.equal(['agent-token']);
      } finally {
        agent.close();
      }
    });

    it('nowhere: the run ends with one sentence that says where they may be', async () => {
      const { code, stdout, logs } = await loadAlone({});
      expect({ code, stdout, errors: errorsOf(logs) }).to.deep.equal({
        code: 1,
        stdout: '',
        errors: [
          'Cannot find AWS credentials: no AWS credentials were found; set aws_access_key_id and aws_secret_access_key, aws_profile, or run where a role is available (CredentialsProviderError: Could not load credentials from any providers)',
        ],
      });
    });

    it('not in a profile that is not there: one sentence names it', async () => {
      const { code, stdout, logs } = await loadAlone({ aws_profile: 'nope' });
      expect({ code, stdout, errors: errorsOf(logs) }).to.deep.equal({
        code: 1,
        stdout: '',
        errors: [
          'Cannot take AWS credentials from the profile "nope": it does not exist or has no credentials; correct aws_profile (CredentialsProviderError: Could not resolve credentials using profile: [nope] in configuration/credentials file(s).)',
        ],
      });
    });
  });

  describe('of a role that is assumed', () => {
    const asWriter = { assume_role_arn: role('writer'), assume_role_external_id: 'ours' };

    for (const [from, options, env] of [
      ['keys of the configuration', KEYS, {}],
      ['keys of the environment', {}, KEYS_IN_ENV],
    ] as const) {
      it(`with ${from}: everything is done as the role, and the SQL holds no long-lived key`, async () => {
        const finished = await load({ ...options, ...asWriter }, env);
        expect({ code: finished.code, rows: await rows(), ...actors() }, finished.stderr).to.deep.equal({
          code: 0,
          rows: 1,
          writes: [role('writer')],
          reads: [role('writer')],
        });
        expect(keysInCopies()).to.have.length(1);
        expect(keysInCopies()[0]).to.match(/^ASIA/);
        expect(statements.join('\n')).not.to.contain(UPLOADER.accessKeyId);
        expect(statements.join('\n')).not.to.contain(UPLOADER.secretAccessKey);
      });
    }

    it('without the external id that its trust policy asks for, or with another: one sentence says what it must be', async () => {
      const denied = { ...KEYS, assume_role_arn: role('writer') };
      const finished = await Promise.all([
        load(denied),
        load({ ...denied, assume_role_external_id: 'theirs' }),
      ]);
      for (const { code, stdout, logs } of finished) {
        expect({ code, stdout, errors: errorsOf(logs) }).to.deep.equal({
          code: 1,
          stdout: '',
          errors: [
            `Cannot assume the role ${role('writer')}: access is denied; the trust policy of the role must name this identity, and assume_role_external_id must be the id that it requires, if any (AccessDenied: User: arn:aws:iam::000000000000:user/AKIAUPLOADER is not authorized to perform: sts:AssumeRole on resource: ${role('writer')})`,
          ],
        });
      }
    });
  });

  describe('that COPY gets', () => {
    it('are short-lived ones, with "temporary": the long-lived ones are in no statement and in no catalog', async () => {
      const finished = await load({ ...KEYS, copy_credentials: 'temporary', log_level: 'debug' });
      expect({ code: finished.code, ...actors() }, finished.stderr).to.deep.equal({
        code: 0,
        writes: ['AKIAUPLOADER'],
        // A session of its own that may do what the user may.
        reads: ['AKIAUPLOADER'],
      });
      expect(keysInCopies()).to.have.length(1);
      expect(keysInCopies()[0]).to.match(/^ASIA/);
      const { rows: history } = await admin.query<{ text: string }>(
        "SELECT querytxt AS text FROM stl_query WHERE querytxt LIKE 'COPY%'",
      );
      const everywhere = [...statements, ...history.map(({ text }) => text), finished.stderr].join('\n');
      expect(history).not.to.deep.equal([]);
      expect(everywhere).not.to.contain(UPLOADER.secretAccessKey);
      expect(everywhere).not.to.contain(UPLOADER.accessKeyId);
    });

    it('are the token keys as they are, with "temporary": STS gives no session for a session', async () => {
      const { code, stderr } = await load({ ...tokenKeys(PASSING), copy_credentials: 'temporary' });
      expect({ code, keysInCopies: keysInCopies() }, stderr).to.deep.equal({
        code: 0,
        keysInCopies: ['ASIAPASSING'],
      });
    });

    it('are none, with a chain of roles: each assumes the next, and the last reads', async () => {
      const chain = `${role('front')},${role('reader')}`;
      const { code, stderr } = await load({ ...KEYS, iam_role: chain });
      expect({ code, rows: await rows(), ...actors(), keysInCopies: keysInCopies() }, stderr).to.deep.equal({
        code: 0,
        rows: 1,
        writes: ['AKIAUPLOADER'],
        reads: [role('reader')],
        keysInCopies: [],
      });
    });

    it('are none, with the default role', async () => {
      const { code, stderr } = await load({ ...KEYS, iam_role: 'default' });
      expect({ code, rows: await rows(), keysInCopies: keysInCopies() }, stderr).to.deep.equal({
        code: 0,
        rows: 1,
        keysInCopies: [],
      });
      expect(statements.find((sql) => /^COPY/.test(sql))).to.contain(' IAM_ROLE default ');
    });
  });

  describe('that end', () => {
    it('under a load are renewed: sessions of two seconds are enough for one of five', async () => {
      const run = startHere(
        argumentsWith({
          ...KEYS,
          assume_role_arn: role('writer'),
          assume_role_external_id: 'ours',
          batch_max_age_seconds: 1,
        }),
        around({}),
      );
      await run.write(lines(schema('t', { id: { type: 'integer' } })));
      for (let id = 1; id <= 10; id++) {
        await run.write(lines(record('t', { id }), state({ id })));
        await sleep(500);
      }
      run.end();
      const { code, stdout, stderr } = await run.finished;
      expect(code, stderr).to.equal(0);
      expect(stdout).to.match(/\{"id":10\}\n$/);
      expect(await rows()).to.equal(10);
      expect(new Set(keysInCopies()).size).to.be.greaterThan(2);
    }).timeout(30_000);

    it('before the load began: one sentence says which setting to renew', async () => {
      const { code, stdout, logs } = await load(tokenKeys(EXPIRED));
      expect({ code, stdout, errors: errorsOf(logs) }).to.deep.equal({
        code: 1,
        stdout: '',
        errors: [
          'Cannot upload s3://local-bucket/KEY: the session token has expired; renew aws_session_token, or log in to AWS again (ExpiredToken: The provided token has expired.)',
        ],
      });
    });
  });
});
