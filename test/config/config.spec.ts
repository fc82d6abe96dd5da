import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { checkConfig, overrideConnection } from '../../src/config/config.ts';
import { configSchema } from '../../src/config/json-schema.ts';
import { readSources } from '../../src/config/sources.ts';
import { ConfigError } from '../../src/errors.ts';
import { options, type OptionName } from '../../src/config/options.ts';

const least = {
  hostname: 'h',
  database: 'd',
  user: 'u',
  password: 'geheim',
  s3_bucket: 'b',
  iam_role: 'arn:aws:iam::1:role/r',
};

const checked = (more: object = {}): ReturnType<typeof checkConfig>['config'] =>
  checkConfig({ ...least, ...more }).config;

function problems(input: object): readonly string[] {
  try {
    checkConfig({ ...input });
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('checkConfig', () => {
  it('fills in the defaults', () => {
    const config: Readonly<Record<string, unknown>> = checked();
    for (const [name, option] of options()) {
      if ('default' in option) expect(config[name], name).to.deep.equal(option.default);
    }
  });

  it('has the defaults that are documented', () => {
    expect(checked()).to.include({
      port: 5439,
      target_schema: 'public',
      sslmode: 'verify-full',
      load_method: 'upsert',
      batch_size_rows: 1_000_000,
      batch_size_bytes: 268_435_456,
      batch_max_age_seconds: 300,
      memory_budget_mb: 128,
      validate_records: false,
    });
  });

  it('does not change its input', () => {
    const input = Object.freeze({ ...least });
    expect(checkConfig(input).config.port).to.equal(5439);
  });

  it('takes null as not set', () => {
    expect(checked({ port: null, s3_region: null, validate_records: null })).to.include({
      port: 5439,
      validate_records: false,
    });
    expect(problems({ ...least, hostname: null })[0]).to.match(/^"hostname" is missing/);
  });

  const coerced: readonly (readonly [object, object])[] = [
    [{ port: '5440' }, { port: 5440 }],
    [{ validate_records: 'true' }, { validate_records: true }],
    [{ keep_s3_files: 'false' }, { keep_s3_files: false }],
    [{ password: 12345 }, { password: '12345' }],
    [{ s3_bucket: 's3://name' }, { s3_bucket: 'name' }],
    [{ s3_bucket: 's3://name/' }, { s3_bucket: 'name' }],
    [{ target_schema: 'RawÄ' }, { target_schema: 'rawÄ' }],
    [{ batch_size_rows: 1 }, { batch_size_rows: 1 }],
  ];
  for (const [given, expected] of coerced) {
    it(`takes ${JSON.stringify(given)} as ${JSON.stringify(expected)}`, () =>
      expect(checked(given)).to.include(expected));
  }

  const refused: readonly (readonly [object, string])[] = [
    [{ port: 0 }, '"port" must be a whole number from 1 to 65535'],
    [{ port: 65_536 }, '"port" must be a whole number from 1 to 65535'],
    [{ port: 1.5 }, '"port" must be a whole number from 1 to 65535'],
    [{ port: 'x' }, '"port" must be a whole number from 1 to 65535'],
    [{ port: '' }, '"port" must be a whole number from 1 to 65535'],
    [{ port: true }, '"port" must be a whole number from 1 to 65535'],
    [{ port: [] }, '"port" must be a whole number from 1 to 65535'],
    [{ hostname: '' }, '"hostname" must be a string that is not empty'],
    [{ hostname: {} }, '"hostname" must be a string that is not empty'],
    [{ validate_records: 'yes' }, '"validate_records" must be true or false'],
    [{ load_method: 'UPSERT' }, '"load_method" must be one of upsert, append-only, insert-only, overwrite'],
    [{ memory_budget_mb: 15 }, '"memory_budget_mb" must be a whole number from 16 to 65536'],
    [{ batch_size_rows: 0 }, '"batch_size_rows" must be a whole number from 1 to 1000000000'],
  ];
  for (const [given, expected] of refused) {
    it(`refuses ${JSON.stringify(given)}`, () =>
      expect(problems({ ...least, ...given })).to.deep.equal([expected]));
  }

  for (const bucket of ['s3://', 's3:///', 'name/folder', 's3://name/folder']) {
    it(`refuses the bucket ${bucket}, which is no bucket name`, () => {
      expect(problems({ ...least, s3_bucket: bucket })[0]).to.match(/^"s3_bucket" /);
    });
  }

  it('tells every problem at once', () => {
    expect(problems({ port: 0, sslmode: 'maybe' }).map((problem) => problem.split(' ')[0])).to.have.members([
      '"hostname"',
      '"database"',
      '"user"',
      '"password"',
      '"s3_bucket"',
      '"port"',
      '"sslmode"',
    ]);
  });

  it('says what a missing option is for', () => {
    expect(problems({ ...least, hostname: undefined })[0]).to.equal(
      '"hostname" is missing: Endpoint of the cluster or workgroup, without the port.',
    );
  });

  it('never shows a secret', () => {
    const all = JSON.stringify(
      problems({ ...least, password: { geheim: 1 }, aws_secret_access_key: ['geheim'], port: 'geheim' }),
    );
    expect(all).to.contain('password').and.not.to.contain('geheim');
  });

  it('wants both halves of the access keys', () => {
    expect(problems({ ...least, aws_access_key_id: 'a' })).to.deep.equal([
      '"aws_access_key_id" and "aws_secret_access_key" belong together: set both or neither',
    ]);
    expect(problems({ ...least, aws_secret_access_key: 's' }).length).to.equal(1);
  });

  it('takes an empty text for a role as not set', () => {
    expect(checked({ iam_role: '' }).iam_role).to.equal(undefined);
  });

  it('says what is wrong inside of options that are objects', () => {
    expect(
      problems({ ...least, schema_mapping: { crm: 1, erp: {} }, streams: { orders: { max_rejected: 'x' } } }),
    ).to.deep.equal([
      '"schema_mapping.crm" must be a string or an object',
      '"schema_mapping.erp" must have "schema"',
      '"streams.orders.max_rejected" must be a whole number',
    ]);
  });
});

describe('overrideConnection', () => {
  const local = {
    hostname: '127.0.0.1',
    port: 1,
    database: 'd',
    user: 'u',
    password: 'p',
    s3_bucket: 'l',
    iam_role: 'default',
  };

  it('takes the connection of the local warehouse and the rest of the files', () => {
    const { config, warnings } = overrideConnection(
      { hostname: 'far', password: 'x', batch_size_rows: 7 },
      local,
    );
    expect(config).to.include({ hostname: '127.0.0.1', password: 'p', batch_size_rows: 7 });
    expect(warnings).to.deep.equal([
      '--local ignores the connection options of the configuration: hostname, password',
    ]);
  });

  it('warns of nothing when there is nothing to ignore', () => {
    expect(overrideConnection({ batch_size_rows: 7 }, local).warnings).to.deep.equal([]);
    expect(overrideConnection({ hostname: null, s3_region: null }, local).warnings).to.deep.equal([]);
  });
});

describe('readSources', () => {
  let dir = '';
  before(() => (dir = mkdtempSync(join(tmpdir(), 'config-spec-'))));
  after(() => rmSync(dir, { recursive: true }));

  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };

  const failure = async (paths: readonly string[]): Promise<readonly string[]> => {
    try {
      await readSources(paths, {});
    } catch (error) {
      if (error instanceof ConfigError) return error.problems;
      throw error;
    }
    throw new Error('accepted');
  };

  it('lets later files win per option', async () => {
    const paths = [file('1.json', '{"a":1,"b":1}'), file('2.json', '\uFEFF{"b":2}')];
    expect(await readSources(paths, {})).to.deep.equal({ a: 1, b: 2 });
  });

  it('gives nothing for no files', async () => expect(await readSources([], {})).to.deep.equal({}));

  it('does not let a null of a later file erase an option', async () => {
    const paths = [file('1.json', JSON.stringify(least)), file('2.json', '{"hostname":null,"port":1}')];
    expect(checkConfig(await readSources(paths, {})).config).to.include({ hostname: 'h', port: 1 });
  });

  it('tells of every file that it cannot read', async () => {
    const array = file('array.json', '[]');
    expect(await failure([join(dir, 'none.json'), dir, array])).to.deep.equal([
      `cannot read ${join(dir, 'none.json')}: the file does not exist`,
      `cannot read ${dir}: it is a directory`,
      `cannot read ${array}: it must be a JSON object`,
    ]);
  });

  for (const text of [
    '',
    '{"password":"geheim"',
    '{"password":geheim}',
    'password: geheim',
    '{"password":"geheim"}x',
  ]) {
    it(`does not show a secret of a file that is not JSON: ${text}`, async () => {
      const [problem = ''] = await failure([file('broken.json', text)]);
      expect(problem).to.contain('it is not JSON').and.not.to.contain('geheim');
    });
  }
});

describe('configSchema', () => {
  it('has every option with type and description', () => {
    const properties = configSchema()['properties'] as Record<OptionName, Record<string, unknown>>;
    for (const [name, option] of options()) {
      expect(properties[name]).to.include({ type: option.type, description: option.description });
      expect(option.description, name).to.match(/^[A-Za-z].*\.$/s);
    }
  });

  it('marks the secrets', () => {
    const properties = configSchema()['properties'] as Record<string, Record<string, unknown>>;
    const secrets = Object.entries(properties).flatMap(([name, property]) =>
      property['secret'] ? [name] : [],
    );
    expect(secrets).to.have.members([
      'password',
      'ssh_private_key',
      'ssh_private_key_passphrase',
      'ssh_password',
      'aws_secret_access_key',
      'aws_session_token',
      'mask_salt',
    ]);
  });

  it('has defaults within their own bounds', () => {
    for (const [name, option] of options()) {
      if (option.type === 'integer' && option.default !== undefined) {
        expect(option.default, name).to.be.within(option.min, option.max);
      }
      if (option.type === 'string' && option.oneOf && option.default !== undefined) {
        expect(option.oneOf, name).to.include(option.default);
      }
    }
  });
});
