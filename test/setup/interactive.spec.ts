/** The questions of `setup --interactive`, over streams that stand for a terminal. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { expect } from 'chai';
import { writeConfig } from '../../src/commands/setup.ts';

const CTRL_C = '\x03';
const CTRL_D = '\x04';

interface Talk {
  readonly isWritten: boolean;
  /** What the terminal showed, without control sequences. */
  readonly shown: string;
  readonly questions: readonly string[];
}

/** Each question in turn, by the word before its colon; what is not named is answered with Enter. */
type Given = Readonly<Record<string, string | readonly string[]>>;

describe('setup --interactive', () => {
  let dir: string;
  let path: string;

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'target-redshift-setup-'));
    path = join(dir, 'config.json');
  });
  afterEach(() => rmSync(dir, { recursive: true }));

  const written = (): unknown => JSON.parse(readFileSync(path, 'utf8'));

  async function talk(given: Given, stop = new AbortController().signal): Promise<Talk> {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const left = new Map(Object.entries(given).map(([name, texts]) => [name, [texts].flat()]));
    const questions: string[] = [];
    let shown = '';
    let answered = 0;
    output.on('data', (data: Buffer) => {
      // eslint-disable-next-line no-control-regex -- what moves the cursor
      shown += data.toString().replace(/\x1b\[\d*[A-Z]/g, '');
      const open = shown.slice(answered);
      const question = /^(.*): $/m.exec(open)?.[1];
      if (question === undefined || !open.endsWith(': ') || input.writableEnded) return;
      answered = shown.length;
      questions.push(question);
      const name = /^(Write|[^ ,/]+ is there|\w+)/.exec(question.trim())?.[1] ?? '';
      const answer = left.get(question.includes('(yes or no)') ? 'write' : name)?.shift() ?? '';
      input.write(answer === CTRL_C || answer === CTRL_D ? answer : `${answer}\r`);
      if (answer === 'END' || questions.length > 50) input.end();
    });
    const isWritten = await writeConfig(path, { input, output, stop });
    return { isWritten, shown, questions };
  }

  const BASE = {
    hostname: 'analytics.abc123.eu-west-1.redshift.amazonaws.com',
    database: 'dev',
    user: 'loader',
    s3_bucket: 's3://stage',
    iam_role: 'default',
  };

  it('writes what was answered and what was proposed, for nobody else to read', async () => {
    const { isWritten, shown } = await talk({ ...BASE, password: 'S3cretPassw0rd' });
    expect(isWritten, shown).to.equal(true);
    expect(written()).to.deep.equal({
      hostname: 'analytics.abc123.eu-west-1.redshift.amazonaws.com',
      port: 5439,
      database: 'dev',
      user: 'loader',
      password: 'S3cretPassw0rd',
      target_schema: 'public',
      s3_bucket: 'stage',
      s3_region: 'eu-west-1',
      s3_prefix: 'target-redshift',
      iam_role: 'default',
    });
    expect(readdirSync(dir)).to.deep.equal(['config.json']);
    if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).to.equal(0o600);
  });

  it('asks with the first sentence of the description, and with what Enter takes in brackets', async () => {
    const { shown, questions } = await talk({ ...BASE, password: 'x' });
    expect(shown).to.contain('\nEndpoint of the cluster or workgroup, without the port.\n');
    expect(questions.slice(0, 6)).to.deep.equal([
      'hostname',
      'port [5439]',
      'database',
      'login (password, cluster, serverless, secret) [password]',
      'user',
      'password',
    ]);
    expect(questions.at(-1)).to.equal(`Write this to ${path}? (yes or no) [yes]`);
  });

  it('never shows a secret, neither while it is typed nor in the summary', async () => {
    const { shown } = await talk({
      ...BASE,
      password: 'S3cretPassw0rd',
      aws_access_key_id: 'AKIAEXAMPLE',
      aws_secret_access_key: 'TopSecret',
    });
    expect(shown).to.contain('AKIAEXAMPLE').and.to.contain('"password": "***"');
    expect(shown).not.to.match(/S3cretPassw0rd|TopSecret/);
    expect(written()).to.deep.include({ password: 'S3cretPassw0rd', aws_secret_access_key: 'TopSecret' });
  });

  it('tells the next two commands, and which secrets the environment has to give', async () => {
    const { shown } = await talk({ ...BASE });
    expect(written()).not.to.have.property('password');
    expect(shown)
      .to.contain(`  target-redshift setup --config ${path}\n`)
      .and.to.contain(`  target-redshift check --config ${path} --config ENV\n`)
      .and.to.contain('Before that, set TARGET_REDSHIFT_PASSWORD in the environment.');
  });

  it('says what is wrong with an answer and asks again', async () => {
    const { shown, questions } = await talk({
      ...BASE,
      hostname: ['', 'redshift://h:5439/dev', 'h'],
      port: ['70000', '5440'],
      login: ['none', ''],
      password: 'x',
      target_schema: ['pg_raw', 'Raw'],
      s3_bucket: ['stage/folder', 'stage'],
      iam_role: ['copy', 'arn:aws:iam::123456789012:role/copy'],
    });
    for (const sentence of [
      '"hostname" is needed.',
      '"hostname" is only the name, without protocol, port and database.',
      '"port" must be a whole number from 1 to 65535.',
      'It must be one of password, cluster, serverless, secret.',
      'Redshift reserves names that begin with pg_.',
      'put the rest into "s3_prefix".',
      '"iam_role" must be the ARN of a role',
    ])
      expect(shown).to.contain(sentence);
    expect(questions.filter((question) => question === 'hostname')).to.have.lengthOf(3);
    expect(written()).to.deep.include({
      hostname: 'h',
      port: 5440,
      target_schema: 'raw',
      iam_role: 'arn:aws:iam::123456789012:role/copy',
    });
  });

  it('can leave COPY to the keys that the program finds', async () => {
    await talk({ ...BASE, password: 'x', copy: 'keys' });
    expect(written()).to.deep.include({ copy_credentials: 'keys' }).and.not.to.have.property('iam_role');
  });

  it('proposes what a file has, keeps its other options, and asks before it is written over', async () => {
    const before = {
      host: 'h',
      port: 5440,
      dbname: 'dev',
      user: 'old',
      password: 'OldSecret1',
      s3_bucket: 'stage',
      iam_role: 'default',
      gzip_level: 3,
    };
    writeFileSync(path, JSON.stringify(before));
    const kept = await talk({ user: 'new' });
    expect(kept.isWritten).to.equal(false);
    expect(kept.questions.slice(0, 2)).to.deep.equal(['hostname [h]', 'port [5440]']);
    expect(kept.questions).to.include('password [unchanged]').and.not.to.include('OldSecret1');
    expect(kept.questions.at(-1)).to.equal(`${path} exists. Overwrite it? (yes or no) [no]`);
    expect(written()).to.deep.equal(before);

    const { isWritten } = await talk({ user: 'new', write: ['what', 'yes'] });
    expect(isWritten).to.equal(true);
    expect(written()).to.deep.equal({
      hostname: 'h',
      port: 5440,
      database: 'dev',
      user: 'new',
      password: 'OldSecret1',
      target_schema: 'public',
      s3_bucket: 'stage',
      s3_prefix: 'target-redshift',
      iam_role: 'default',
      gzip_level: 3,
    });
  });

  const ends: readonly (readonly [string, Given])[] = [
    ['Ctrl-C', { ...BASE, database: CTRL_C }],
    ['Ctrl-C while a secret is typed', { ...BASE, password: CTRL_C }],
    ['Ctrl-D', { ...BASE, database: CTRL_D }],
    ['the end of input', { ...BASE, user: 'END' }],
    ['no to the last question', { ...BASE, write: 'no' }],
  ];
  for (const [what, given] of ends) {
    it(`writes nothing after ${what}`, async () => {
      const { isWritten, shown } = await talk(given);
      expect(isWritten).to.equal(false);
      expect(shown).to.match(/Nothing was written\.\n$/);
      expect(readdirSync(dir)).to.deep.equal([]);
    });
  }

  it('writes nothing after a signal', async () => {
    const end = new AbortController();
    setTimeout(() => end.abort(), 50);
    const [input, output] = [new PassThrough(), new PassThrough()];
    output.resume();
    expect(await writeConfig(path, { input, output, stop: end.signal })).to.equal(false);
    expect(existsSync(path)).to.equal(false);
  });
});
