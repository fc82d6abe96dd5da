/** What users do wrong, for each message of docs/troubleshooting.md that no case of `spec/cases` has. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { NOBODY } from '../../support/aws.ts';
import { lines, record, runCli, schema, state } from '../../support/cli.ts';
import { runHere, startHere } from '../../support/in-process.ts';
import type { Finished } from '../../support/transcript.ts';
import { faults, type Place } from '../../support/warehouse.ts';

/** What a mistake is made with. */
interface Setting {
  readonly place: Place;
  /** The path of a new file, or of none if there is no text. */
  readonly file: (name: string, text?: string) => string;
}

type Mistake = (setting: Setting) => Promise<Finished>;

const T = schema('t', { id: { type: 'integer' } }, ['id']);
const MESSAGES = lines(T, record('t', { id: 1 }), state(1));
const READER = { user: 'docs_reader', password: 'Reader1234' };
const NO_KEYS = { aws_access_key_id: undefined, aws_secret_access_key: undefined };

const load =
  (options: Readonly<Record<string, unknown>>, input: string | Buffer = MESSAGES): Mistake =>
  ({ place }) =>
    runHere(['--config', place.configFile(options)], input);

const command =
  (...words: readonly string[]): Mistake =>
  () =>
    runHere(words);

/** A command that needs the configuration too. */
const configured =
  (words: readonly string[], options: Readonly<Record<string, unknown>> = {}): Mistake =>
  ({ place }) => {
    const [first = '', ...rest] = words;
    return runHere([first, '--config', place.configFile(options), ...rest]);
  };

const running =
  (...tap: readonly string[]): Mistake =>
  ({ place }) =>
    runHere(['run', '--config', place.configFile(), '--', ...tap]);

/** As a user without rights, in a schema that exists. */
async function asReader({ place }: Setting, schemaName: string): Promise<Finished> {
  await place.query(`CREATE SCHEMA IF NOT EXISTS ${place.schema}`);
  await place.query(`CREATE USER ${READER.user} PASSWORD '${READER.password}'`);
  try {
    return await runHere(['--config', place.configFile({ ...READER, target_schema: schemaName })], MESSAGES);
  } finally {
    await place.query(`DROP USER ${READER.user}`);
  }
}

/** The first run of a pipeline, after another has begun. */
async function asOlderRun({ place }: Setting): Promise<Finished> {
  const args = ['--config', place.configFile({ pipeline: 'shop', log_level: 'debug' })];
  const older = startHere(args);
  await older.write(lines(T, record('t', { id: 1 })));
  await older.seen(/opened a batch/);
  await runHere(args, lines(state({ n: 'newer' })));
  await older.write(lines(state({ n: 'too late' })));
  older.end();
  return older.finished;
}

export const PROVOKED: Readonly<Record<string, Mistake>> = {
  'unknown option "OPTION"; did you mean': command('load', '--conf', 'config.json'),
  'unknown command "FILE"; to read messages from a file, use --input FILE': command('messages.jsonl'),
  'Cannot use the configuration: there is none': command('load'),
  'cannot read FILE: the file does not exist': ({ file }) => runHere(['--config', file('none.json')]),
  'cannot read FILE: it is not JSON, at line N, column N': ({ file }) =>
    runHere(['--config', file('bad.json', '{"hostname": "h",\n "port" }')]),
  '"hostname" is missing': ({ file }) => runHere(['--config', file('empty.json', '{}')]),
  'needs the environment variable NAME, which is not set': load({ password: '${NOT_SET_FOR_DOCS}' }),
  'mean the same option and differ': load({ host: 'another' }),
  'are 2 ways to log in: use one of them': load({ secret_arn: 'redshift' }),
  '"exactly_once" needs "pipeline"': load({ exactly_once: true }),
  'Cannot connect to Redshift at HOST, database "NAME", as "USER": nothing listens there': load({
    ...{ port: 1, retry_for_seconds: 0 },
  }),
  'the host name is unknown; check hostname': load({ hostname: 'cluster.invalid' }),
  'the login was refused; check user and password': load({ password: 'Wr0ngPassword' }),
  'the database does not exist; check database': load({ database: 'nowhere' }),
  'the server certificate is signed by a CA that is not trusted': load({ ssl_ca: undefined }),
  'Cannot upload s3://BUCKET: the bucket does not exist': load({ s3_bucket: 'no-such-bucket' }),
  'the access key is unknown; correct aws_access_key_id': load({ aws_access_key_id: 'AKIAUNKNOWN' }),
  'the signature does not match; correct aws_secret_access_key': load({ aws_secret_access_key: 'wrong' }),
  'Cannot find AWS credentials': ({ place }) =>
    runHere(['--config', place.configFile(NO_KEYS)], MESSAGES, NOBODY),
  'Cannot upload s3://BUCKET: access is denied': (setting) => {
    faults.s3 = ({ operation }) =>
      operation === 'PutObject'
        ? { kind: 'error', status: 403, code: 'AccessDenied', message: 'Access Denied' }
        : undefined;
    return load({})(setting);
  },
  'Not authorized to get credentials of role ROLE': load({
    iam_role: 'arn:aws:iam::000000000000:role/not-attached',
  }),
  'Cannot read line N: not a JSON object, expected an object at character N; it begins with': load(
    {},
    'INFO Starting tap\n',
  ),
  'the input is compressed with gzip': load({}, gzipSync(MESSAGES)),
  'it ends in the middle of a message: the tap has probably died': load(
    {},
    `${MESSAGES}{"type":"RECORD","str`,
  ),
  'no input arrived on stdin; did the tap fail?': load({}, ''),
  'Cannot read file:///PATH, which the BATCH message on line N names: there is no such file': ({
    place,
    file,
  }) =>
    runHere(
      ['--config', place.configFile({ batch_locations: [`file://${file('')}`] })],
      lines(T, {
        ...{ type: 'BATCH', stream: 't', encoding: { format: 'jsonl', compression: 'none' } },
        manifest: [`file://${file('gone.jsonl')}`],
      }),
    ),
  'the value of "COLUMN" is a string, not true or false': load(
    {},
    lines(schema('t', { b: { type: 'boolean' } }), record('t', { b: 'maybe' })),
  ),
  'permission denied for schema NAME': (setting) => asReader(setting, setting.place.schema),
  'permission denied for database NAME; grant the user CREATE on the schema': (setting) =>
    asReader(setting, `${setting.place.schema}_new`),
  'Cannot start the tap TAP: there is no such program': running('tap-not-installed'),
  'The tap TAP ended with exit code N: its output may be incomplete': running('sh', '-c', 'exit 3'),
  '--state FILE is not a JSON object, it has N lines; keep the last one': ({ place, file }) =>
    runHere(
      ['run', '--config', place.configFile(), '--state', file('s', '{"a":1}\n{"a":2}\n'), '--', 'true'],
      '',
    ),
  '--refresh NAME: the state has no bookmark of that name': ({ place, file }) =>
    runHere(
      [
        'run',
        '--config',
        place.configFile(),
        '--state',
        file('s', '{"a":1}\n'),
        '--refresh',
        't',
        '--',
        'true',
      ],
      '',
    ),
  'A newer run has taken over pipeline "NAME"': asOlderRun,
  'There is no history in schema "NAME" yet': configured(['history'], { target_schema: 'never_loaded' }),
  'the option pipeline is not set': configured(['state']),
  'Cannot use FILE for the local warehouse: it holds something else': ({ file }) => {
    mkdirSync(file('project'));
    writeFileSync(file('project/notes.txt'), '');
    return runCli(['--local', '--dir', file('project')], MESSAGES);
  },
  'Cannot listen on port N (--port): it is in use': ({ place, file }) =>
    runCli(['local', '--dir', file('warehouse'), '--port', String(place.config.port)]),
  'without a password that you set': ({ file }) =>
    runCli(['local', '--dir', file('warehouse'), '--listen', '0.0.0.0:0']),
  'relation "TABLE" does not exist': configured(['sql', 'SELECT * FROM nowhere']),
};
