/** Wrong settings, each with the sentence that says what to change. */
import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { lines, record, runCli, schema } from '../support/cli.ts';
import { newPlace } from '../support/warehouse.ts';

const input = lines(schema('t', { a: { type: 'integer' } }), record('t', { a: 1 }));

async function lastMessage(
  options: Readonly<Record<string, unknown>>,
): Promise<{ code: number | null; stdout: string; message: string }> {
  const place = await newPlace();
  const { code, stdout, logs } = await runCli(['--config', place.configFile(options)], input);
  return { code, stdout, message: logs.at(-1)?.message ?? '' };
}

const MISTAKES: readonly [string, Readonly<Record<string, unknown>>, RegExp][] = [
  [
    'a wrong password',
    { password: 'Wrong1234' },
    /^Cannot connect to Redshift at .*, as "loader": the login was refused; check user and password/,
  ],
  ['a port where nothing listens', { port: 1 }, /^Cannot connect to Redshift .*nothing listens there/],
  ['an unknown database', { database: 'nope' }, /^Cannot connect to Redshift .*the database does not exist/],
  ['a certificate that is not trusted', { ssl_ca: null }, /^Cannot connect to Redshift .*set ssl_ca/],
  [
    'a missing bucket',
    { s3_bucket: 'no-such-bucket' },
    /^Cannot upload s3:\/\/no-such-bucket\/.*the bucket does not exist/,
  ],
  ['a wrong secret', { aws_secret_access_key: 'wrong' }, /correct aws_secret_access_key/],
  ['an unknown access key', { aws_access_key_id: 'AKIAUNKNOWN' }, /correct aws_access_key_id/],
  [
    'an unknown role',
    { iam_role: 'arn:aws:iam::000000000000:role/other' },
    /Not authorized to get credentials of role/,
  ],
];

describe('wrong settings', () => {
  for (const [what, options, sentence] of MISTAKES) {
    it(`${what} ends the run with exit 1, no state and one sentence`, async () => {
      const { code, stdout, message } = await lastMessage(options);
      expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
      expect(message).to.match(sentence);
    });
  }

  it('a config that does not exist, is no JSON or lacks options names every problem at once', async () => {
    const missing = await runCli(['--config', '/does/not/exist.json'], input);
    expect(missing.code).to.equal(1);
    expect(missing.logs.at(-1)?.message).to.contain('the file does not exist');

    const path = (await newPlace()).configFile();
    writeFileSync(path, '{"hostname": "secret-looking" oops');
    const broken = await runCli(['--config', path], input);
    expect(broken.code).to.equal(1);
    expect(broken.logs.at(-1)?.message).to.contain('it is not JSON').and.not.to.contain('secret-looking');

    writeFileSync(path, '{}');
    const empty = await runCli(['--config', path], input);
    expect(empty.code).to.equal(1);
    expect(empty.logs.map(({ message }) => /"(\w+)" is missing/.exec(message)?.[1])).to.deep.equal([
      'hostname',
      'database',
      's3_bucket',
      'password',
      'user',
    ]);

    const none = await runCli([], input);
    expect([none.code, none.stdout]).to.deep.equal([1, '']);
    expect(none.logs.at(-1)?.message).to.match(/name one with --config FILE, or use --local/);
  });

  it('an unknown flag is wrong usage: exit 2 and nothing is read', async () => {
    const { code, stdout, stderr } = await runCli(['--nope'], input);
    expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
    expect(stderr).to.contain("Unknown option '--nope'").and.to.contain('Usage:');
  });
});
