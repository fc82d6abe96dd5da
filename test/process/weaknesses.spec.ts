/** What weakens a connection is told by each run that connects, once. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect } from 'chai';
import { NOBODY } from '../support/aws.ts';
import { lines, record, runCli, schema, type Finished } from '../support/cli.ts';
import { newPlace } from '../support/warehouse.ts';

const INPUT = lines(schema('t', { id: { type: 'integer' } }), record('t', { id: 1 }));

describe('a run', () => {
  let dir: string;

  before(() => (dir = mkdtempSync(join(tmpdir(), 'target-redshift-weak-'))));
  after(() => rmSync(dir, { recursive: true, force: true }));

  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text);
    return join(dir, name);
  };
  const warnings = ({ logs }: Finished): string[] =>
    logs.filter(({ level }) => level === 'warn').map(({ message }) => message);

  it('tells how little its connections are protected', async () => {
    const config = {
      hostname: 'redshift.invalid',
      database: 'd',
      user: 'u',
      password: 'password',
      sslmode: 'require',
      s3_bucket: 'b',
      s3_region: 'eu-west-1',
      s3_endpoint: 'http://s3.invalid',
      aws_access_key_id: 'A',
      aws_secret_access_key: 'secret-key',
      max_load_attempts: 1,
      connect_timeout_seconds: 5,
    };
    const path = file('config.json', JSON.stringify(config));
    const env = { ...NOBODY, NODE_TLS_REJECT_UNAUTHORIZED: '0' };
    const run = await runCli(['sql', 'SELECT 1', '--config', path], '', env);
    expect([run.code, warnings(run)]).to.deep.equal([
      1,
      [
        'sslmode is "require": the certificate of Redshift is not checked, so another server can take its place; set it to verify-full',
        's3_endpoint begins with http: what is sent there is not encrypted, and everyone on the network path can read it; use https',
        'NODE_TLS_REJECT_UNAUTHORIZED is 0: the certificates of AWS are not checked, so everyone on the network path can read and change what is sent there; for a CA of your own, set AWS_CA_BUNDLE instead',
      ],
    ]);
  });

  it('tells warnings of Node and of packages, each once, and those for developers to them alone', async () => {
    const place = await newPlace();
    const module = file(
      'warn.mjs',
      `for (const text of ['Look\\n  out', 'Look\\n  out', 'Mind']) setTimeout(() => process.emitWarning(text, 'OddWarning'), 100);
       setInterval(() => process.emitWarning('later', 'DeprecationWarning'), 100).unref();`,
    );
    const env = { NODE_OPTIONS: `--import ${pathToFileURL(module).href}` };
    const quiet = await runCli(['--config', place.configFile({ log_level: 'info' })], INPUT, env);
    expect([quiet.code, warnings(quiet)], quiet.stderr).to.deep.equal([
      0,
      ['OddWarning: Look out', 'OddWarning: Mind'],
    ]);
    const loud = await runCli(['--config', place.configFile({ log_level: 'debug' })], INPUT, env);
    expect(loud.logs.map(({ level, message }) => `${level} ${message}`)).to.include(
      'debug DeprecationWarning: later',
    );
  });
});
