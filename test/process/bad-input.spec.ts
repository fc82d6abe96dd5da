/** Configurations that cannot work: what is said of each, and that nothing is tried with a wrong one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lines, record, runCli, schema, state, type Finished } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { newPrivateKey, startSshServer, UNWELCOME } from '../support/ssh-server.ts';
import { newPlace, setAccess } from '../support/warehouse.ts';

const input = lines(schema('t', { a: { type: 'integer' } }), record('t', { a: 1 }), state(1));

type Options = Readonly<Record<string, unknown>>;

describe('a configuration that cannot work', () => {
  let dir: string;
  let server: Server;
  let connections = 0;
  const sockets = new Set<Socket>();

  /** Accepts connections and never says a word. */
  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'target-redshift-bad-'));
    server = createServer((socket) => {
      connections += 1;
      sockets.add(socket);
      socket.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  beforeEach(() => (connections = 0));
  after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
    rmSync(dir, { recursive: true, force: true });
  });

  const file = (name: string, text: string): string => {
    const path = join(dir, name);
    writeFileSync(path, text);
    return path;
  };
  /** Right but for what a case changes; leads to the server above. */
  const complete = (): Options => {
    const { port } = server.address() as AddressInfo;
    return {
      hostname: '127.0.0.1',
      port,
      database: 'dev',
      user: 'loader',
      password: 'Secret1234',
      s3_bucket: 'stage',
      s3_region: 'us-east-1',
      s3_endpoint: `http://127.0.0.1:${port}`,
      iam_role: 'default',
    };
  };
  const configFile = (options: Options): string =>
    file(`${Math.random().toString(36).slice(2)}.json`, JSON.stringify(options));
  /** How it ended, and each line of stderr, all of which belong to the log. */
  const ending = ({ code, stdout, stderr, logs }: Finished): unknown => {
    expect(stderr.split('\n').length - 1, stderr).to.equal(logs.length);
    return { code, stdout, said: logs.map(({ message }) => message) };
  };
  const refused = (...problems: readonly string[]): unknown => ({
    code: 1,
    stdout: '',
    said: problems.map((problem) => `Cannot use the configuration: ${problem}`),
  });

  const WRONG: readonly (readonly [what: string, options: () => Options, ...problems: string[]])[] = [
    ['a wrong type', () => ({ port: 'abc' }), '"port" must be a whole number from 1 to 65535'],
    [
      'a value that is none of those allowed',
      () => ({ sslmode: 'verify' }),
      '"sslmode" must be one of verify-full, verify-ca, require, disable',
    ],
    [
      'a missing option',
      () => ({ hostname: undefined }),
      '"hostname" is missing: Endpoint of the cluster or workgroup, without the port.',
    ],
    [
      'two ways to log in',
      () => ({ secret_arn: 'redshift-loader' }),
      '"password" and "secret_arn" are 2 ways to log in: use one of them',
    ],
    [
      'a role and keys for COPY',
      () => ({ copy_credentials: 'keys' }),
      '"iam_role" and "copy_credentials": "keys" contradict each other: use one of them',
    ],
    [
      'half a pair of keys',
      () => ({ aws_access_key_id: 'AKIA' }),
      '"aws_access_key_id" and "aws_secret_access_key" belong together: set both or neither',
    ],
    [
      'a tunnel without a server',
      () => ({ ssh_user: 'ec2-user' }),
      '"ssh_user" needs "ssh_host", the server of the tunnel',
    ],
    [
      'an empty file of a secret',
      () => ({ password: undefined, password_file: file('empty', '\n') }),
      '"password_file": DIR/empty is empty',
    ],
    [
      'a file of a secret that cannot be read',
      () => ({ password: undefined, password_file: dir }),
      '"password_file": cannot read DIR: it is a directory',
    ],
    [
      'several problems',
      () => ({ port: 0, database: undefined, sslmode: 'on' }),
      '"database" is missing: Database to load into.',
      '"port" must be a whole number from 1 to 65535',
      '"sslmode" must be one of verify-full, verify-ca, require, disable',
    ],
  ];
  for (const [what, options, ...problems] of WRONG) {
    it(`${what}: is named, and nothing is connected`, async () => {
      const run = await runHere(['--config', configFile({ ...complete(), ...options() })], input);
      expect(
        ending({
          ...run,
          logs: run.logs.map((line) => ({ ...line, message: line.message.replaceAll(dir, 'DIR') })),
        }),
      ).to.deep.equal(refused(...problems));
      expect(connections).to.equal(0);
    });
  }

  it('names everything that is missing at once', async () => {
    const { code, stdout, logs } = await runHere(['--config', configFile({})], input);
    expect([code, stdout]).to.deep.equal([1, '']);
    expect(logs.map(({ message }) => /"(\w+)" is missing/.exec(message)?.[1])).to.deep.equal([
      'hostname',
      'database',
      's3_bucket',
      'password',
      'user',
    ]);
  });

  it('a file that is not there, that is a folder, or that is no JSON is named, with the place in it', async () => {
    const broken = file('broken.json', '{\n  "password": "Secret1234"\n  "user": "loader"\n}');
    const run = await runHere(
      ['--config', join(dir, 'none.json'), '--config', dir, '--config', broken],
      input,
    );
    expect(ending(run)).to.deep.equal(
      refused(
        `cannot read ${join(dir, 'none.json')}: the file does not exist`,
        `cannot read ${dir}: it is a directory`,
        `cannot read ${broken}: it is not JSON, at line 3, column 3: expected "," or "}"`,
      ),
    );
  });

  it('that is not given is asked for', async () => {
    expect(ending(await runHere([], input))).to.deep.equal(
      refused('there is none; give one with --config FILE, or use --local for a warehouse on this machine'),
    );
  });

  it('an unknown flag is wrong usage: exit 2 and nothing is read', async () => {
    const { code, stdout, stderr } = await runCli(['--nope', '--config', configFile(complete())], input);
    expect({ code, stdout, stderr }).to.deep.equal({
      code: 2,
      stdout: '',
      stderr: `target-redshift: unknown option "--nope"\n\nRun target-redshift --help for usage.\n`,
    });
    expect(connections).to.equal(0);
  });

  it('an option that is unknown is ignored with a warning, unless it resembles one', async () => {
    const place = await newPlace();
    const path = place.configFile({ colour: 'red' });
    const { code, stdout, logs } = await runHere(['--config', path], input);
    expect([code, stdout]).to.deep.equal([0, '1\n']);
    expect(logs.filter(({ level }) => level === 'warn').map(({ message }) => message)).to.deep.equal([
      'there is no option "colour"; it is ignored',
    ]);
  });

  describe('in the environment', () => {
    /** Runs in a folder of its own, in which `.env` may lie. */
    const runThere = async (env: Readonly<Record<string, string>>, dotEnv?: string): Promise<Finished> => {
      const folder = join(dir, Math.random().toString(36).slice(2));
      mkdirSync(folder);
      if (dotEnv !== undefined) writeFileSync(join(folder, '.env'), dotEnv);
      return runCli(['--config', 'ENV'], input, env, { cwd: folder });
    };
    const asEnvironment = (options: Options): Record<string, string> =>
      Object.fromEntries(
        Object.entries(options).map(([name, value]) => [
          `TARGET_REDSHIFT_${name.toUpperCase()}`,
          String(value),
        ]),
      );

    it('is one as well, with .env in the working directory', async () => {
      const place = await newPlace();
      const { password, ...others } = place.config;
      const run = await runThere(asEnvironment(others), `TARGET_REDSHIFT_PASSWORD=${password}\n`);
      expect([run.code, run.stdout], run.stderr).to.deep.equal([0, '1\n']);
    });

    it('is checked as well', async () => {
      const { password: _, ...others } = complete();
      const run = await runThere({ ...asEnvironment(others), TARGET_REDSHIFT_PORT: 'abc' });
      expect(ending(run)).to.deep.equal(
        refused(
          '"port" must be a whole number from 1 to 65535',
          '"password" is missing, with which to log into Redshift; alternatively set "password_file", "secret_arn", "cluster_identifier" or "workgroup_name"',
        ),
      );
      expect(connections).to.equal(0);
    });

    it('wins over .env, as a file does, whichever comes first', async () => {
      const path = configFile({ ...complete(), port: 'abc' });
      for (const sources of [
        ['--config', 'ENV', '--config', path],
        ['--config', path, '--config', 'ENV'],
      ]) {
        const folder = mkdtempSync(join(dir, 'there-'));
        writeFileSync(
          join(folder, '.env'),
          'TARGET_REDSHIFT_PORT=5439\nTARGET_REDSHIFT_HOSTNAME=evil.example\n',
        );
        const { code, logs } = await runCli(['sql', 'SELECT 1', ...sources], '', {}, { cwd: folder });
        expect([code, logs.map(({ message }) => message)]).to.deep.equal([
          1,
          ['Cannot use the configuration: "port" must be a whole number from 1 to 65535'],
        ]);
      }
    });

    it('wins over .env', async () => {
      const run = await runThere(
        asEnvironment({ ...complete(), port: 'abc' }),
        'TARGET_REDSHIFT_PORT=5439\n',
      );
      expect(ending(run)).to.deep.equal(refused('"port" must be a whole number from 1 to 65535'));
    });
  });

  describe('because the world is another', () => {
    it('a host name that is unknown is named', async () => {
      const run = await runHere([
        'sql',
        'SELECT 1',
        '--config',
        configFile({ ...complete(), hostname: 'redshift.invalid', port: 5439 }),
      ]);
      const { code, stdout, logs } = run;
      expect({ code, stdout, lines: logs.length }).to.deep.equal({ code: 1, stdout: '', lines: 1 });
      // Without a network nobody can say whether the name is known.
      expect(logs[0]?.message).to.match(
        /^Cannot connect to Redshift at redshift\.invalid:5439, database "dev", as "loader": (the host name is unknown; check hostname \(getaddrinfo ENOTFOUND redshift\.invalid\)|the host name cannot be looked up; check hostname and the network \(getaddrinfo EAI_AGAIN redshift\.invalid\))$/,
      );
    });

    it('an SSH server whose name is unknown is named', async () => {
      const tunnel = {
        ssh_host: 'bastion.invalid',
        ssh_user: 'ec2-user',
        ssh_password: 'Secret1234',
        ssh_known_hosts: 'bastion.invalid ssh-ed25519 AAAA',
      };
      const { code, stdout, logs } = await runHere([
        'sql',
        'SELECT 1',
        '--config',
        configFile({ ...complete(), ...tunnel }),
      ]);
      expect({ code, stdout, lines: logs.length }).to.deep.equal({ code: 1, stdout: '', lines: 1 });
      expect(logs[0]?.message).to.match(
        /^Cannot open the SSH tunnel through bastion\.invalid:22 as "ec2-user": the host name (is unknown; check ssh_host|cannot be looked up; check ssh_host and the network) \(getaddrinfo \w+ bastion\.invalid\)$/,
      );
    });

    it('a host that accepts the connection and then says nothing is given up after connect_timeout_seconds', async () => {
      const { port } = complete();
      const run = await runHere([
        'sql',
        'SELECT 1',
        '--config',
        configFile({ ...complete(), connect_timeout_seconds: 1 }),
      ]);
      expect(ending(run)).to.deep.equal({
        code: 1,
        stdout: '',
        said: [
          `Cannot connect to Redshift at 127.0.0.1:${String(port)}, database "dev", as "loader": no answer came; check the security group, the network path and that the cluster is reachable from here (timeout expired)`,
        ],
      });
    });

    it('an SSH server that hangs up during the login is named', async () => {
      const key = newPrivateKey();
      const ssh = await startSshServer(key);
      try {
        const tunnel = {
          ssh_host: '127.0.0.1',
          ssh_port: ssh.port,
          ssh_user: UNWELCOME,
          ssh_private_key: key,
          ssh_host_fingerprint: ssh.fingerprint,
        };
        const { code, stdout, logs } = await runHere([
          'sql',
          'SELECT 1',
          '--config',
          configFile({ ...complete(), ...tunnel }),
        ]);
        expect([code, stdout, logs.at(-1)?.message.replace(String(ssh.port), 'PORT')]).to.deep.equal([
          1,
          '',
          'Cannot open the SSH tunnel through 127.0.0.1:PORT as "unwelcome": the server closed the connection',
        ]);
      } finally {
        await ssh.close();
      }
    });

    it('a session token that has expired is named', async () => {
      const keys = {
        accessKeyId: 'ASIAEXPIRED',
        secretAccessKey: 'expired-secret',
        sessionToken: 'expired-token',
      };
      await setAccess({ identities: [{ ...keys, expires: '2020-01-01T00:00:00Z' }] });
      try {
        const place = await newPlace();
        const config = place.configFile({
          aws_access_key_id: keys.accessKeyId,
          aws_secret_access_key: keys.secretAccessKey,
          aws_session_token: keys.sessionToken,
        });
        const { code, stdout, logs } = await runHere(['--config', config], input);
        const said = logs.filter(({ level }) => level === 'error').map(({ message }) => message);
        expect([code, stdout, said.length]).to.deep.equal([1, '', 1]);
        expect(said[0]).to.match(
          /^Cannot upload s3:\/\/.*: the session token has expired; renew aws_session_token, or log in to AWS again \(ExpiredToken: .*\)$/,
        );
      } finally {
        await setAccess({});
      }
    });
  });
});
