/** Settings that Redshift or S3 refuse, each with the sentence that says what to change. */
import { expect } from 'chai';
import { lines, record, schema } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { newPlace } from '../support/warehouse.ts';

const input = lines(schema('t', { a: { type: 'integer' } }), record('t', { a: 1 }));

async function lastMessage(
  options: Readonly<Record<string, unknown>>,
): Promise<{ code: number | null; stdout: string; message: string }> {
  const place = await newPlace();
  const { code, stdout, logs } = await runHere(['--config', place.configFile(options)], input);
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
});
