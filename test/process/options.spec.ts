/** Options that a run may not go on with or without, in the whole program. */
import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { lines, record, schema, startCli } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { newPlace } from '../support/warehouse.ts';

describe('a configuration with unknown options', () => {
  it('ends the program although nothing was read and the tap is still there', async () => {
    const place = await newPlace();
    const program = startCli(['--config', place.configFile({ target_schemas: 'raw', slices: 4 })]);
    const { code, stdout, logs } = await program.finished;
    expect({ code, stdout, lines: logs.map(({ level, message }) => `${level}: ${message}`) }).to.deep.equal({
      code: 1,
      stdout: '',
      lines: [
        'warn: "slices" is not used: the cluster is asked for its slices',
        'error: Cannot use the configuration: there is no option "target_schemas"; did you mean "target_schema"? (to ignore it, set "unknown_options" to "warn")',
      ],
    });
  });

  it('is refused by every command that reads it', async () => {
    const place = await newPlace();
    const path = place.configFile({ dry_run: true });
    const commands = [['plan'], ['--discard'], ['--check'], ['--discover'], ['setup'], ['sql', 'SELECT 1']];
    const ends = await Promise.all(commands.map((command) => runHere([...command, '--config', path])));
    expect(
      ends.map(({ code, stderr }) => [code, stderr.includes('there is no option \\"dry_run\\": ')]),
    ).to.deep.equal(commands.map(() => [1, true]));
  });
});

describe('a configuration of pipelinewise-target-redshift', () => {
  it('is translated without its secrets, and what it has to decide on is an error', async () => {
    const place = await newPlace();
    const path = place.configFile();
    const given = { host: 'h', dbname: 'd', user: 'u', password: 'S3cretOfTheTest', s3_bucket: 'bucket' };
    const more = { aws_redshift_copy_role_arn: 'default', slices: 2 };
    const migrate = async (options: object): Promise<readonly unknown[]> => {
      writeFileSync(path, JSON.stringify(options));
      const { code, stdout, logs } = await runHere(['migrate-config', '--from', 'pipelinewise', path]);
      return [code, stdout.replaceAll(/^#.*\n|^\n/gm, ''), logs.map(({ message }) => message)];
    };
    const translated = [
      ...['hostname: h', 'database: d', 'user: u', 'password: ${TARGET_REDSHIFT_PASSWORD}'],
      ...['s3_bucket: bucket', 'iam_role: default', 'table_names: last-part', 'require_keys: true', ''],
    ].join('\n');
    expect(await migrate({ ...given, ...more })).to.deep.equal([0, translated, []]);
    expect(await migrate({ ...given, ...more, dry_run: true, s3_bucket: undefined })).to.deep.equal([
      1,
      translated.replace('s3_bucket: bucket\n', ''),
      [
        'decide before the first load: there is no option "dry_run": a load always writes; for a dry run use `target-redshift plan`, which changes nothing, or `--discard`, which reads and counts',
        'decide before the first load: "s3_bucket" is missing: Bucket for the files of a load: `name` or `s3://name`.',
      ],
    ]);
  });

  it('loads into the tables that it filled before, with the grants that it made', async () => {
    const place = await newPlace();
    const { config: its } = place;
    await place.query(`CREATE SCHEMA ${place.schema}`);
    await place.query(
      `CREATE TABLE ${place.schema}.users (id NUMERIC, name VARCHAR(10000), PRIMARY KEY (id))`,
    );
    await place.query(`INSERT INTO ${place.schema}.users VALUES (1, 'old'), (2, 'old')`);
    const path = place.configFile();
    writeFileSync(
      path,
      JSON.stringify({
        host: its.hostname,
        port: its.port,
        user: its.user,
        password: its.password,
        dbname: its.database,
        aws_access_key_id: its.aws_access_key_id,
        aws_secret_access_key: its.aws_secret_access_key,
        s3_bucket: its.s3_bucket,
        s3_key_prefix: `${place.prefix}/`,
        default_target_schema: place.schema,
        schema_mapping: {
          crm: {
            target_schema: `${place.schema}_crm`,
            target_schema_select_permissions: 'public',
            indices: { users: ['id'] },
          },
        },
        primary_key_required: true,
        compression: '',
        // Where this warehouse is.
        s3_endpoint: its.s3_endpoint,
        s3_region: its.s3_region,
        s3_force_path_style: true,
        ssl_ca: its.ssl_ca,
      }),
    );
    const properties = { id: { type: ['null', 'integer'] }, name: { type: ['null', 'string'] } };
    const { code, stderr } = await runHere(
      ['--config', path],
      lines(
        schema('shop-users', properties, ['id']),
        schema('crm-people', properties, ['id']),
        record('shop-users', { id: 2, name: 'new' }),
        record('crm-people', { id: 1, name: 'a' }),
      ),
    );
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain('Redshift has no indexes');
    expect(await place.query(`SELECT id, name FROM ${place.schema}.users ORDER BY id`)).to.deep.equal([
      ['1', 'old'],
      ['2', 'new'],
    ]);
    expect(
      await place.query(
        `SELECT n.nspname, c.relname, has_table_privilege('public', c.oid, 'select') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname IN ('${place.schema}', '${place.schema}_crm') AND c.relkind = 'r' AND LEFT(c.relname, 1) <> '_' ORDER BY 1, 2`,
      ),
    ).to.deep.equal([
      [place.schema, 'users', 'f'],
      [`${place.schema}_crm`, 'people', 't'],
    ]);
  });
});
