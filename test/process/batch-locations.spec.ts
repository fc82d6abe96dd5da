/** BATCH messages that name what is not the tap's: the configuration, its secrets, the local warehouse, other folders. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { lines, runCli, schema } from '../support/cli.ts';
import { newPlace } from '../support/warehouse.ts';

const SECRET = 'it is in a place for secrets or belongs to the system; such files are never read';

describe('a BATCH message', () => {
  let dir: string;

  before(() => (dir = realpathSync(mkdtempSync(join(tmpdir(), 'target-redshift-steal-')))));
  after(() => rmSync(dir, { recursive: true, force: true }));

  const file = (name: string, content: object): string => {
    writeFileSync(join(dir, name), `${JSON.stringify(content)}\n`);
    return name;
  };
  const naming = (url: string): string =>
    lines(schema('stolen', { password: { type: 'string' }, id: { type: 'integer' } }), {
      type: 'BATCH',
      stream: 'stolen',
      encoding: { format: 'jsonl' },
      manifest: [url],
    });
  const errorOf = async (args: readonly string[], url: string): Promise<string> => {
    const { code, logs, stderr } = await runCli(args, naming(url), {}, { cwd: dir });
    expect(code, stderr).to.equal(1);
    return logs.at(-1)?.message ?? '';
  };

  it('never has the configuration loaded, nor the files that it names, wherever batch_locations points', async () => {
    const { config } = await newPlace();
    const { password, ...others } = config;
    writeFileSync(join(dir, 'password.txt'), password);
    const batch_locations = [`file://${dir}`, 'file:///'];
    const path = file('config.json', { ...others, password_file: 'password.txt', batch_locations });
    writeFileSync(join(dir, '.env'), '');
    for (const name of ['config.json', 'password.txt', '.env'])
      expect(await errorOf(['--config', path], `file://${dir}/${name}`)).to.equal(
        `Cannot read file://${dir}/${name}, which the BATCH message on line 2 names: ${SECRET}`,
      );
  });

  it('has the files loaded that batch_locations lets it name, and no others', async () => {
    const place = await newPlace();
    mkdirSync(join(dir, 'extracts'));
    file('extracts/a.jsonl', { id: 1 });
    file('b.jsonl', { id: 2 });
    const path = file('locations.json', { ...place.config, batch_locations: [`file://${dir}/extracts/`] });
    expect(await errorOf(['--config', path], `file://${dir}/b.jsonl`)).to.match(
      /only file:.*\/extracts\/ may be read; if the tap may name files there, add the folder to batch_locations$/,
    );
    const { code, stderr } = await runCli(
      ['--config', join(dir, path)],
      naming(`file://${dir}/extracts/a.jsonl`),
    );
    expect(code, stderr).to.equal(0);
    expect(await place.query(`SELECT id FROM ${place.schema}.stolen`)).to.deep.equal([['1']]);
  });

  it('is refused with --discard too', async () => {
    const path = file('discard.json', { password: 'secret-password', user: 'u' });
    expect(await errorOf(['--discard', '--config', path], `file://${dir}/discard.json`)).to.contain(SECRET);
  });

  it('cannot be given places that are no addresses of folders', async () => {
    const { config } = await newPlace();
    const path = file('wrong.json', { ...config, batch_locations: ['/tmp', 's3:bucket', 'https://x/'] });
    const { logs } = await runCli(['--config', path], '', {}, { cwd: dir });
    expect(logs.map(({ message }) => message)).to.deep.equal(
      ['/tmp', 's3:bucket', 'https://x/'].map(
        (one) =>
          `Cannot use the configuration: "batch_locations" must be addresses of folders such as file:///folder/ and s3://bucket/prefix/, not "${one}"`,
      ),
    );
  });
});
