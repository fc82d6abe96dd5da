/** The commands as Airbyte runs them: through the real process. */
import { dirname, basename } from 'node:path';
import { Ajv } from 'ajv';
import { expect } from 'chai';
import { options } from '../../src/config/options.ts';
import { newPlace, type Place } from '../support/warehouse.ts';
import {
  catalog,
  fileOf,
  outcomeOf,
  record,
  startDestination,
  status,
  streamState,
  text,
  type Outcome,
} from './support.ts';

async function play(args: readonly string[], input = '', options: { cwd?: string } = {}): Promise<Outcome> {
  const run = startDestination(args, options);
  run.process.stdin?.end(input);
  const { code, stdout } = await run.finished;
  return outcomeOf(code, stdout);
}

/** The configuration in the shape of Airbyte's own destination. */
function nested({ config, schema, prefix }: Place): object {
  return {
    host: config.hostname,
    port: config.port,
    username: config.user,
    password: config.password,
    database: config.database,
    schema,
    uploading_method: {
      method: 'S3 Staging',
      s3_bucket_name: config.s3_bucket,
      s3_bucket_path: prefix,
      s3_bucket_region: config.s3_region,
      access_key_id: config.aws_access_key_id,
      secret_access_key: config.aws_secret_access_key,
      purge_staging_data: true,
      file_name_pattern: '{date}',
    },
    tunnel_method: { tunnel_method: 'NO_TUNNEL' },
    raw_data_schema: 'raw',
    disable_type_dedupe: false,
    // Not of Airbyte: where the local warehouse is.
    s3_endpoint: config.s3_endpoint,
    s3_force_path_style: config.s3_force_path_style,
    ssl_ca: config.ssl_ca,
  };
}

/** The fields that are marked as secret, those of the variants of a group included. */
function secretsIn(properties: Readonly<Record<string, Record<string, unknown>>>): string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const variants = (field['oneOf'] ?? []) as { properties?: Record<string, Record<string, unknown>> }[];
    const inner = variants.flatMap((variant) => secretsIn(variant.properties ?? {}));
    return [...(field['airbyte_secret'] === true ? [name] : []), ...inner.map((one) => `${name}.${one}`)];
  });
}

const statusOf = ({ messages }: Outcome): { status: string; message?: string } =>
  messages.find(({ type }) => type === 'CONNECTION_STATUS')?.['connectionStatus'] as {
    status: string;
    message?: string;
  };

describe('destination-redshift spec', () => {
  interface Spec {
    connectionSpecification: { properties: Record<string, Record<string, unknown>>; required: string[] };
    supportsIncremental: boolean;
    supported_destination_sync_modes: string[];
  }
  const spec = async (): Promise<Spec> => {
    const { code, messages } = await play(['spec']);
    expect({ code, types: messages.map(({ type }) => type) }).to.deep.equal({ code: 0, types: ['SPEC'] });
    return messages[0]?.['spec'] as Spec;
  };

  it('answers with one message that names the modes', async () => {
    const { supported_destination_sync_modes, supportsIncremental } = await spec();
    expect({ supported_destination_sync_modes, supportsIncremental }).to.deep.equal({
      supported_destination_sync_modes: ['append', 'overwrite', 'append_dedup'],
      supportsIncremental: true,
    });
  });

  it('takes the shape of Airbyte and the flat one, and not an empty one', async () => {
    const { connectionSpecification } = await spec();
    const validate = new Ajv({ strict: false }).compile(connectionSpecification);
    const place = await newPlace();
    expect([nested(place), place.config, {}].map((config) => validate(config))).to.deep.equal([
      true,
      true,
      false,
    ]);
  });

  it('marks every secret, gives each field a title, a description and its place, and the fields of Airbyte first', async () => {
    const { properties } = (await spec()).connectionSpecification;
    const own = options().flatMap(([name, { secret }]) => (secret ? [name as string] : []));
    expect(own).to.include('ssh_private_key');
    // The name of a nested field stands behind the path to it.
    expect(secretsIn(properties).sort()).to.deep.equal(
      [
        ...own,
        'uploading_method.access_key_id',
        'uploading_method.secret_access_key',
        'tunnel_method.ssh_key',
        'tunnel_method.tunnel_user_password',
      ].sort(),
    );
    const fields = Object.entries(properties);
    expect(fields.map(([, { order }]) => order)).to.deep.equal(fields.map((_, i) => i));
    expect(fields.filter(([, field]) => !field['title'] || !field['description'])).to.deep.equal([]);
    expect(fields.slice(0, 8).map(([name]) => name)).to.deep.equal([
      'host',
      'port',
      'username',
      'password',
      'database',
      'schema',
      'uploading_method',
      'tunnel_method',
    ]);
    const [s3] = properties['uploading_method']?.['oneOf'] as { properties: { method: object } }[];
    expect(s3?.properties.method).to.include({ const: 'S3 Staging' });
  });

  it('ends with 0 or by the signal when it is told to behind its answer', async () => {
    const run = startDestination(['spec']);
    await run.seen(/SPEC/);
    run.process.kill('SIGTERM');
    const { code, signal } = await run.finished;
    expect(code === 0 || signal === 'SIGTERM').to.equal(true);
  });

  for (const args of [[], ['discover'], ['write', '--config', 'x']]) {
    it(`without a command that is known (${args.join(' ')}) says nothing on stdout and fails`, async () => {
      const { code, stdout } = await play(args);
      expect({ isFine: code === 0, stdout }).to.deep.equal({ isFine: false, stdout: '' });
    });
  }
});

describe('destination-redshift check', () => {
  it('succeeds with the shape of Airbyte and with the flat one, and leaves no table', async () => {
    const place = await newPlace();
    for (const config of [nested(place), { ...place.config, unheard_of: 1 }]) {
      const path = fileOf(config);
      const outcome = await play(['check', '--config', basename(path)], '', { cwd: dirname(path) });
      expect({ code: outcome.code, status: statusOf(outcome) }).to.deep.equal({
        code: 0,
        status: { status: 'SUCCEEDED' },
      });
    }
    expect(
      await place.query(`SELECT table_name FROM svv_columns WHERE table_schema = '${place.schema}'`),
    ).to.deep.equal([]);
  });

  for (const [title, more, reason] of [
    ['a wrong password', { password: 'wrong-password' }, /password/],
    ['a bucket that does not exist', { s3_bucket: 'no-such-bucket-here' }, /bucket/],
    ['no host', { hostname: null }, /"hostname" is missing/],
  ] as const) {
    it(`fails as an answer with ${title}`, async () => {
      const place = await newPlace();
      const outcome = await play(['check', '--config', fileOf({ ...place.config, ...more })]);
      expect({ code: outcome.code, status: statusOf(outcome).status }).to.deep.equal({
        code: 0,
        status: 'FAILED',
      });
      expect(statusOf(outcome).message).to.match(reason);
    });
  }
});

describe('destination-redshift check, as PyAirbyte runs it', () => {
  it('is no success without its configuration file', async () => {
    const outcome = await play(['check', '--config', '/nowhere/config.json']);
    expect([outcome.code === 0, statusOf(outcome).status]).to.not.deep.equal([true, 'SUCCEEDED']);
    expect(JSON.stringify(outcome.messages)).to.contain('/nowhere/config.json');
  });

  it('ends with 0 or by the signal when it is told to after its answer', async () => {
    const place = await newPlace();
    const run = startDestination(['check', '--config', fileOf(place.config)]);
    await run.seen(/CONNECTION_STATUS/);
    run.process.kill('SIGTERM');
    const { code, signal } = await run.finished;
    expect(code === 0 || signal === 'SIGTERM').to.equal(true);
  });
});

describe('destination-redshift write', () => {
  it('loads with the shape of Airbyte, from files with any name, without a line end behind the last line', async () => {
    const place = await newPlace();
    const lines = text(record({ id: 1 }), streamState(1), status()).trimEnd();
    const { code, messages } = await play(
      ['write', '--config', fileOf(nested(place)), '--catalog', fileOf(catalog({}))],
      lines,
    );
    expect(code).to.equal(0);
    expect(await place.query(`SELECT id FROM ${place.schema}.s`)).to.deep.equal([['1']]);
    expect([...new Set(messages.map(({ type }) => type))].sort()).to.deep.equal(['LOG', 'STATE']);
  });

  it('keeps what it acknowledged when it is killed, and goes on', async () => {
    const place = await newPlace();
    const args = [
      'write',
      '--config',
      place.configFile({ schema: place.schema, batch_max_age_seconds: 1 }),
      '--catalog',
      fileOf(catalog({})),
    ];
    const run = startDestination(args);
    await run.write(text(record({ id: 1 }), streamState(1)));
    await run.seen(/"STATE"/);
    run.process.kill('SIGKILL');
    await run.finished;
    expect(await place.query(`SELECT id FROM ${place.schema}.s`)).to.deep.equal([['1']]);
    const { code } = await play(args, text(record({ id: 2 }), status()));
    expect(code).to.equal(0);
    expect(await place.query(`SELECT id FROM ${place.schema}.s ORDER BY 1`)).to.deep.equal([['1'], ['2']]);
  });

  it('loads what it has read when it is told to stop, and fails: the sync is not complete', async () => {
    const place = await newPlace();
    const run = startDestination([
      'write',
      '--config',
      place.configFile({ schema: place.schema, batch_max_age_seconds: 2 }),
      '--catalog',
      fileOf(catalog({})),
    ]);
    await run.write(text(record({ id: 1 }), streamState(1)));
    await run.seen(/"STATE"/);
    await run.write(text(record({ id: 2 }), streamState(2)));
    await new Promise((resolve) => setTimeout(resolve, 500));
    run.process.kill('SIGTERM');
    const { code, stdout } = await run.finished;
    const { states, errors } = outcomeOf(code, stdout);
    expect({ code, states: states.length }).to.deep.equal({ code: 1, states: 2 });
    expect(errors.join()).to.match(/^transient_error: Cannot complete stream "s": the sync was stopped/);
    expect(await place.query(`SELECT id FROM ${place.schema}.s ORDER BY 1`)).to.deep.equal([['1'], ['2']]);
  });

  it('ends when nobody reads its messages any more', async () => {
    const place = await newPlace();
    const run = startDestination([
      'write',
      '--config',
      place.configFile({ schema: place.schema, batch_max_age_seconds: 1 }),
      '--catalog',
      fileOf(catalog({})),
    ]);
    run.process.stdout?.destroy();
    await run.write(text(record({ id: 1 }), streamState(1)));
    const { code, stderr } = await run.finished;
    expect({ code, stderr }).to.deep.equal({ code: 1, stderr: '' });
  });

  it('reports an error in a sentence, and its causes apart from that, without a stack or a secret', async () => {
    const place = await newPlace();
    const password = 'a-Wrong-passw0rd';
    const { code, messages, stdout } = await play(
      ['write', '--config', fileOf({ ...place.config, password }), '--catalog', fileOf(catalog({}))],
      text(record({ id: 1 }), status()),
    );
    const [trace] = messages.filter(({ type }) => type === 'TRACE');
    const { error } = trace?.['trace'] as { error: Record<string, string> };
    expect({ code, type: error['failure_type'], members: Object.keys(error) }).to.deep.equal({
      code: 1,
      type: 'config_error',
      members: ['message', 'internal_message', 'failure_type'],
    });
    expect(error['message']).to.match(/^[A-Z][^\n]*$/);
    expect(error['internal_message']).to.match(/^LoadError/);
    expect(stdout).to.not.match(/\n *at |passw0rd/);
  });
});
