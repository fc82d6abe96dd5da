/** Secrets in every option that takes one: no run writes them anywhere, whatever it does, however it ends, however much it logs. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import pLimit from 'p-limit';
import { lines, record, runCli, schema, startCli, state, type Finished } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { leaksIn } from '../support/leaks.ts';
import { newPrivateKey, SSH_USER, startSshServer, type SshServer } from '../support/ssh-server.ts';
import { faults, newPlace, s3Client, setAccess, type Place } from '../support/warehouse.ts';

const PASSPHRASE = 'Marked passphrase "é"\\';

/** What each may hold and Redshift, AWS or SSH take. */
const SECRETS = {
  password: 'Marked1%~p+w=x&{z}',
  aws_secret_access_key: 'MarkedKey/+0123456789abcdefghijklmnopqr=',
  aws_session_token: 'MarkedToken//+0123456789==',
  ssh_private_key: newPrivateKey(PASSPHRASE),
  ssh_private_key_passphrase: PASSPHRASE,
  ssh_password: `Marked "ssh\\password" isn't\ta word`,
};
/** In a statement of the user's own. */
const IN_SQL = 'Marked-in-a-statement';
const NAMES = Object.keys(SECRETS) as (keyof typeof SECRETS)[];

const USER = 'marked';
const KEY_ID = 'ASIAMARKED';
/** Its secret is another. */
const OTHER_KEY_ID = 'ASIAOTHER';

const input = lines(
  schema('t', { id: { type: 'integer' } }, ['id']),
  record('t', { id: 1 }),
  state({ n: 1 }),
);

/** Redshift quotes the COPY that it refuses below this prefix, with all that stands in it. */
const QUOTED = { s3_prefix: 'quoted' };

type Options = Readonly<Record<string, unknown>>;

describe('secrets', () => {
  let dir: string;
  let place: Place;
  let ssh: SshServer;
  /** What leads to the warehouse, without a secret. */
  let plain: Options;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'target-redshift-secrets-'));
    place = await newPlace();
    ssh = await startSshServer(SECRETS.ssh_private_key, PASSPHRASE);
    await place.query(`CREATE USER ${USER} PASSWORD '${SECRETS.password}'`);
    await place.query(`CREATE SCHEMA ${place.schema} AUTHORIZATION ${USER}`);
    const keys = {
      secretAccessKey: SECRETS.aws_secret_access_key,
      sessionToken: SECRETS.aws_session_token,
    };
    await setAccess({
      identities: [
        { accessKeyId: KEY_ID, ...keys },
        { ...keys, accessKeyId: OTHER_KEY_ID, secretAccessKey: 'another-secret' },
      ],
    });
    const { hostname, port, database, ssl_ca, target_schema } = place.config;
    const { s3_endpoint, s3_force_path_style, s3_region, s3_bucket, s3_prefix } = place.config;
    plain = {
      ...{ hostname, port, database, ssl_ca, target_schema },
      ...{ s3_endpoint, s3_force_path_style, s3_region, s3_bucket, s3_prefix },
      user: USER,
      aws_access_key_id: KEY_ID,
      copy_credentials: 'keys',
      ssh_host: '127.0.0.1',
      ssh_port: ssh.port,
      ssh_user: SSH_USER,
      ssh_host_fingerprint: ssh.fingerprint,
      log_level: 'debug',
      log_format: 'json',
      max_load_attempts: 1,
      keep_s3_files: true,
      pre_sql: [`SELECT '${IN_SQL}'`],
    };
  });
  after(async () => {
    await setAccess({});
    await ssh.close();
    rmSync(dir, { recursive: true, force: true });
  });

  const file = (text: string): string => {
    const path = join(dir, Math.random().toString(36).slice(2));
    writeFileSync(path, text);
    return path;
  };
  const configFile = (options: Options = {}): string =>
    file(JSON.stringify({ ...plain, ...SECRETS, ...options }));

  /** The names of the secrets in what the run has written. */
  const leaks = ({ stdout, stderr }: Finished): string[] =>
    leaksIn(stdout + stderr, { ...SECRETS, pre_sql: IN_SQL });

  it('are used: the load needs every one of them', async () => {
    const names = NAMES.filter((one) => one !== 'ssh_password');
    const runs = await Promise.all(
      names.map((name) => {
        const wrong = name === 'ssh_private_key' ? newPrivateKey(PASSPHRASE) : 'Another123';
        return runHere(['--config', configFile({ [name]: wrong })], input);
      }),
    );
    expect(runs.map((run) => [run.code, run.stdout, leaks(run)])).to.deep.equal(names.map(() => [1, '', []]));
  });

  it('from a file, the environment or files of their own load, and nothing holds them: no output, no process, no table, no object', async () => {
    const ofTheirOwn = Object.fromEntries(NAMES.map((name) => [`${name}_file`, file(`${SECRETS[name]}\n`)]));
    const environment = Object.fromEntries(
      NAMES.map((name) => [`TARGET_REDSHIFT_${name.toUpperCase()}`, SECRETS[name]]),
    );
    const without = file(JSON.stringify(plain));
    const runs = [
      startCli(['--config', configFile()]),
      startCli(['--config', file(JSON.stringify({ ...plain, ...ofTheirOwn, log_format: 'pretty' }))]),
      startCli(['--config', without, '--config', 'ENV'], environment),
    ];
    let isOver = false;
    const watched = (async () => {
      let commandLines = '';
      while (!isOver) {
        commandLines += runningCommands();
        await sleep(50);
      }
      return commandLines;
    })();
    for (const run of runs) await run.write(input);
    await Promise.all(runs.map((run) => run.seen(/opened a batch/)));
    for (const run of runs) run.end();
    const ended = await Promise.all(runs.map(({ finished }) => finished));
    isOver = true;
    expect(ended.map(({ code, stdout, stderr }) => [code, stdout, code === 0 ? '' : stderr])).to.deep.equal(
      runs.map(() => [0, '{"n":1}\n', '']),
    );
    expect(ended.map(leaks)).to.deep.equal([[], [], []]);
    const commandLines = await watched;
    expect(commandLines).to.contain(without);
    expect(leaksIn(commandLines, SECRETS)).to.deep.equal([]);
    const history = await place.query(`SELECT * FROM ${place.schema}._target_redshift_loads`);
    expect([history.length, leaksIn(JSON.stringify(history), SECRETS)]).to.deep.equal([3, []]);
    const objects = await readObjects(place);
    expect([...objects.keys()].filter((key) => /manifest/.test(key)).length).to.equal(3);
    expect(leaksIn([...objects].flat().join('\n'), SECRETS)).to.deep.equal([]);
  });

  interface Case {
    readonly what: string;
    readonly args?: readonly string[];
    readonly options?: Options;
    /** 1 if undefined. */
    readonly code?: number;
    /** In what is written, which shows that the run went that way. */
    readonly says: RegExp;
  }
  const FAILING: readonly Case[] = [
    {
      what: 'a login that Redshift refuses',
      options: { user: 'loader' },
      says: /the login was refused; check user and password/,
    },
    { what: 'a COPY that is refused and quoted', options: QUOTED, says: /SECRET_ACCESS_KEY '\*\*\*'/ },
    {
      what: 'a COPY that is refused and quoted, for people',
      options: { ...QUOTED, log_format: 'pretty' },
      says: /SECRET_ACCESS_KEY '\*\*\*'/,
    },
    {
      what: 'a secret key that S3 refuses',
      options: { aws_access_key_id: OTHER_KEY_ID },
      says: /correct aws_secret_access_key/,
    },
    {
      what: 'an SSH server that refuses the login',
      options: { ssh_user: 'nobody' },
      says: /Cannot open the SSH tunnel .*the login was refused/,
    },
    {
      what: 'an SSH server that cannot reach the cluster',
      options: { port: 1 },
      says: /Cannot reach 127\.0\.0\.1:1 through the SSH server/,
    },
    {
      what: 'a private key with another passphrase',
      options: { ssh_private_key: newPrivateKey('another') },
      says: /Cannot use ssh_private_key/,
    },
    {
      what: 'a statement of its own that is refused',
      options: { pre_sql: [`SELECT nope AS "${IN_SQL}"`] },
      says: /Redshift refused statement 1 of pre_sql/,
    },
    {
      what: 'options that contradict each other',
      options: { secret_arn: 'x', iam_role: 'default', sslmode: 'on' },
      says: /Cannot use the configuration/,
    },
  ];
  const COMMANDS: readonly Case[] = [
    { what: '--check', args: ['--check'], code: 0, says: /everything that a load needs works/ },
    { what: '--check as JSON', args: ['--check', '--format', 'json'], code: 0, says: /"ok": true/ },
    {
      what: '--check with a COPY that is refused and quoted',
      args: ['--check', '--format', 'json'],
      options: QUOTED,
      says: /SECRET_ACCESS_KEY '\*\*\*'/,
    },
    { what: 'plan', args: ['plan'], code: 0, says: /SECRET_ACCESS_KEY '\*\*\*'/ },
    { what: 'plan as JSON', args: ['plan', '--format', 'json'], code: 0, says: /SECRET_ACCESS_KEY '\*\*\*'/ },
    { what: '--discover', args: ['--discover'], code: 0, says: /"streams"/ },
    {
      what: 'a query that is refused and holds one',
      args: ['sql', `SELECT nope AS "${SECRETS.aws_secret_access_key}"`],
      says: /Redshift refused SELECT nope/,
    },
    { what: 'setup', args: ['setup'], code: 0, says: /GRANT/ },
    { what: 'setup as JSON', args: ['setup', '--format', 'json'], code: 0, says: /GRANT/ },
    { what: '--discard', args: ['--discard'], code: 0, says: /discarded 1 row/ },
  ];
  const outcomes = async (cases: readonly Case[]): Promise<unknown> => {
    faults.sql = ({ verb, sql }) =>
      verb === 'COPY' && sql.includes(`/${QUOTED.s3_prefix}/`)
        ? { kind: 'error', sqlstate: '42501', message: `refused: ${sql}`, detail: sql }
        : undefined;
    const limit = pLimit(3);
    return Promise.all(
      cases.map(({ what, args = [], options, says }) =>
        limit(async () => {
          const run = await runHere([...args, '--config', configFile(options)], input);
          expect(run.stdout + run.stderr).to.match(says);
          return [what, run.code, leaks(run)];
        }),
      ),
    );
  };
  const withoutLeaks = (cases: readonly Case[]): unknown =>
    cases.map(({ what, code = 1 }) => [what, code, []]);

  it('are not written when a load fails', async () => {
    expect(await outcomes(FAILING)).to.deep.equal(withoutLeaks(FAILING));
  });

  it('are not written by any other command', async () => {
    expect(await outcomes(COMMANDS)).to.deep.equal(withoutLeaks(COMMANDS));
  });

  it('are not written where STS has given them for one COPY', async () => {
    const given: string[] = [];
    faults.sql = ({ verb, sql }) => {
      if (verb !== 'COPY') return undefined;
      given.push(...(/SECRET_ACCESS_KEY '(.+?)' SESSION_TOKEN '(.+?)'/.exec(sql)?.slice(1) ?? []));
      return { kind: 'error', sqlstate: '42501', message: `refused: ${sql}`, detail: sql };
    };
    const { s3_endpoint } = place.config;
    const own = (await newPlace()).configFile({
      iam_role: null,
      copy_credentials: 'temporary',
      max_load_attempts: 1,
    });
    const run = await runHere(['--config', own], input, { AWS_ENDPOINT_URL_STS: s3_endpoint });
    expect([run.code, given.length]).to.deep.equal([1, 2]);
    const [secretKey = '', token = ''] = given;
    expect(leaksIn(run.stdout + run.stderr, { secretKey, token })).to.deep.equal([]);
  });

  it('are not written by --about, and neither is what the environment holds', async () => {
    const run = await runCli(['--about', '--format', 'json'], '', {
      TARGET_REDSHIFT_PASSWORD: SECRETS.password,
    });
    expect([run.code, leaks(run)]).to.deep.equal([0, []]);
  });

  it('are not written where the JSON around them is broken, wherever that is', async () => {
    const text = JSON.stringify({ ...plain, ...SECRETS });
    const broken = NAMES.flatMap((name) => {
      const at = text.indexOf(`"${name}":`);
      const value = at + name.length + 3;
      return [
        `${text.slice(0, value)} oops ${text.slice(value)}`,
        text.slice(0, value + 12),
        text.slice(0, at) + text.slice(at + 1),
      ];
    });
    // What is said depends on the file alone; those after the first count too.
    const run = await runHere(
      broken.flatMap((one) => ['--config', file(one)]),
      input,
    );
    expect(run.logs.length).to.equal(broken.length);
    expect([run.code, run.stdout, leaks(run)]).to.deep.equal([1, '', []]);
    const access = file(`{"identities": [{"secretAccessKey": '${SECRETS.aws_secret_access_key}'}]}`);
    const local = await runHere(['local', '--dir', join(dir, 'none'), '--access', access]);
    expect([local.code, local.stdout, leaks(local), local.logs.at(-1)?.message]).to.deep.equal([
      1,
      '',
      [],
      `Cannot use the configuration: cannot read --access ${access}: it is not JSON, at line 1, column 37: expected a value`,
    ]);
  });
});

/** The command line of every process that may be seen. */
function runningCommands(): string {
  if (platform() !== 'linux') return execFileSync('ps', ['-Aww', '-o', 'args'], { encoding: 'utf8' });
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
      } catch {
        // It has ended.
        return '';
      }
    })
    .join('\n');
}

async function readObjects(place: Place): Promise<Map<string, string>> {
  const { config } = place;
  const client = s3Client(config);
  const texts = new Map<string, string>();
  for (const key of await place.objects()) {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: config.s3_bucket, Key: key }));
    const bytes = Buffer.from((await Body?.transformToByteArray()) ?? []);
    texts.set(key, (key.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString());
  }
  client.destroy();
  return texts;
}
