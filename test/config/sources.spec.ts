/** Files, the environment, files of secrets. */
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readSecretFiles, readSources } from '../../src/config/sources.ts';
import { ConfigError } from '../../src/errors.ts';

describe('the environment as a source', () => {
  it('has the options in capitals behind TARGET_REDSHIFT_', async () => {
    const env = {
      TARGET_REDSHIFT_HOSTNAME: 'h',
      TARGET_REDSHIFT_PORT: '5440',
      TARGET_REDSHIFT_VALIDATE_RECORDS: 'on',
      TARGET_REDSHIFT_HARD_DELETE: '0',
      TARGET_REDSHIFT_S3_REGION: '',
      TARGET_REDSHIFT_LOGLEVEL: 'debug',
      TARGET_REDSHIFT__DIALECT: 'redshift',
      TARGET_REDSHIFT__TARGET_SCHEMA: 'raw',
      TARGET_SNOWFLAKE_USER: 'x',
    };
    expect(await readSources(['ENV'], env)).to.deep.equal({
      hostname: 'h',
      port: '5440',
      validate_records: true,
      hard_delete: false,
    });
  });

  it("finds other tools' names, whose capitals are lost", async () => {
    expect(
      await readSources(['ENV'], {
        TARGET_REDSHIFT_HOST: 'h',
        TARGET_REDSHIFT_BUCKETPATH: 'k',
        TARGET_REDSHIFT_PASSWORD_FILE: '/f',
      }),
    ).to.deep.equal({ host: 'h', bucketPath: 'k', password_file: '/f' });
  });

  it('says nothing unless it is asked', async () => {
    expect(await readSources([], { TARGET_REDSHIFT_HOSTNAME: 'h' })).to.deep.equal({});
  });

  it('wins per option whatever each source calls it, also over a file of the same secret', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'target-redshift-sources-'));
    try {
      const path = join(dir, 'a.json');
      const nested = { s3_bucket_name: 'file', s3_bucket_path: 'kept' };
      writeFileSync(path, JSON.stringify({ host: 'file', password: 'file', uploading_method: nested }));
      const env = {
        TARGET_REDSHIFT_HOSTNAME: 'env',
        TARGET_REDSHIFT_PASSWORD_FILE: '/secret',
        TARGET_REDSHIFT_S3_BUCKET: 'env',
      };
      expect(await readSources([path, 'ENV'], env)).to.deep.equal({
        hostname: 'env',
        password_file: '/secret',
        s3_bucket: 'env',
        s3_prefix: 'kept',
      });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('does not hide what is misspelt beside an option that it sets', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'target-redshift-sources-'));
    try {
      const path = join(dir, 'a.json');
      const uploading_method = { s3_bucket_name: 'file', s3_bucket_pth: 'k', s3_bucket_regio: 'r' };
      writeFileSync(path, JSON.stringify({ uploading_method }));
      expect(await readSources([path, 'ENV'], { TARGET_REDSHIFT_S3_BUCKET: 'env' })).to.deep.equal({
        s3_bucket: 'env',
        uploading_method: { s3_bucket_pth: 'k', s3_bucket_regio: 'r' },
      });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('leaves what an option of a file implies, as long as it does not say otherwise', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'target-redshift-sources-'));
    try {
      const path = join(dir, 'a.json');
      writeFileSync(path, JSON.stringify({ default_target_schema: 'file' }));
      const read = (env: NodeJS.Dict<string>): Promise<unknown> => readSources([path, 'ENV'], env);
      expect(await read({ TARGET_REDSHIFT_TARGET_SCHEMA: 'env' })).to.deep.equal({
        target_schema: 'env',
        table_names: 'last-part',
      });
      expect(await read({ TARGET_REDSHIFT_TABLE_NAMES: 'whole' })).to.deep.equal({
        target_schema: 'file',
        table_names: 'whole',
      });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('is preceded by .env, which loses against files that are named and against variables, also empty ones', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'target-redshift-sources-'));
    const before = process.cwd();
    try {
      process.chdir(dir);
      writeFileSync(
        '.env',
        ['HOST', 'USER', 'DATABASE'].map((name) => `TARGET_REDSHIFT_${name}=dotenv`).join('\n'),
      );
      writeFileSync('a.json', '{"hostname": "file", "password": "file"}');
      writeFileSync('b.json', '{"password_file": "/later"}');
      const read = (names: readonly string[], env: NodeJS.Dict<string> = {}): Promise<unknown> =>
        readSources(names, env);
      expect(await read(['ENV'])).to.deep.equal({ host: 'dotenv', user: 'dotenv', database: 'dotenv' });
      for (const names of [
        ['ENV', 'a.json', 'b.json'],
        ['a.json', 'b.json', 'ENV'],
      ]) {
        expect(await read(names)).to.deep.equal({
          user: 'dotenv',
          database: 'dotenv',
          hostname: 'file',
          password_file: '/later',
        });
      }
      expect(
        await read(['a.json', 'ENV'], { TARGET_REDSHIFT_HOSTNAME: 'env', TARGET_REDSHIFT_USER: '' }),
      ).to.deep.equal({ database: 'dotenv', hostname: 'env', password: 'file' });
      expect(await read(['a.json'])).to.deep.equal({ hostname: 'file', password: 'file' });
    } finally {
      process.chdir(before);
      rmSync(dir, { recursive: true });
    }
  });

  it('is not read from --config itself, and what was pasted there is not quoted', async () => {
    for (const pasted of ['{"password": "geheim"}', '{"hostname": "h",\n"password": "geheim"}']) {
      const error = await readSources([pasted], {}).then(undefined, (reason: unknown) => reason);
      expect(error)
        .to.be.instanceOf(ConfigError)
        .with.deep.property('problems', [
          'cannot read the configuration (--config takes the path of a file, not JSON): the file does not exist',
        ]);
    }
  });

  it('wins over files, wherever it stands', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'target-redshift-sources-'));
    try {
      const path = join(dir, 'a.json');
      writeFileSync(path, '{"hostname": "file", "database": "d"}');
      const env = { TARGET_REDSHIFT_HOSTNAME: 'env' };
      for (const names of [
        ['ENV', path],
        [path, 'ENV'],
      ])
        expect(await readSources(names, env)).to.deep.equal({ hostname: 'env', database: 'd' });
    } finally {
      rmSync(dir, { recursive: true });
    }
  });

  it('tells where JSON is broken, by line and column, and shows nothing of it', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'target-redshift-sources-'));
    try {
      const path = join(dir, 'a.json');
      const problem = async (text: string): Promise<string> => {
        writeFileSync(path, text);
        try {
          await readSources([path], {});
        } catch (error) {
          expect(error).to.be.instanceOf(ConfigError);
          return (error as ConfigError).problems.join().replace(`cannot read ${path}: it is not JSON`, '');
        }
        return 'none';
      };
      const found: string[] = [];
      for (const text of [
        '{\n  "password": "geheim"\n  "user": "u"\n}',
        '{\n  "password": geheim,\n  "user": "u"\n}',
        '{"password": "geheim",}',
        "{'password': 'geheim'}",
        '{"password": "geheim\n"}',
        '{"password": "geheim"',
        '{"password": "geheim"} {}',
        '{"port": NaN}',
        'password: geheim',
        '',
      ])
        found.push(await problem(text));
      expect(found).to.deep.equal([
        ', at line 3, column 3: expected "," or "}"',
        ', at line 2, column 15: expected a value',
        ', at line 1, column 23: expected a key in double quotes',
        ', at line 1, column 2: expected a key in double quotes',
        ', at line 1, column 21: a string contains a control character',
        ', at line 1, column 22: expected "," or "}"',
        ', at line 1, column 24: unexpected characters after the object',
        ': NaN and Infinity are not JSON values',
        ', at line 1, column 1: expected an object',
        ', at line 1, column 1: expected an object',
      ]);
    } finally {
      rmSync(dir, { recursive: true });
    }
  });
});

describe('files of secrets', () => {
  let dir: string;
  before(() => (dir = mkdtempSync(join(tmpdir(), 'target-redshift-secrets-'))));
  after(() => rmSync(dir, { recursive: true, force: true }));

  const file = (name: string, text: string): string => {
    const path = join(dir, name);
    writeFileSync(path, text);
    return path;
  };
  const read = (input: Readonly<Record<string, unknown>>): { input: object; problems: string[] } => {
    const problems: string[] = [];
    return { input: readSecretFiles(input, problems), problems };
  };

  it('hold the secret, without the line end behind it', () => {
    expect(read({ password_file: file('a', 'p w\n') })).to.deep.equal({
      input: { password: 'p w' },
      problems: [],
    });
    expect(read({ aws_session_token_file: file('b', 't\r\n') }).input).to.deep.equal({
      aws_session_token: 't',
    });
  });

  it('are refused beside the option itself, empty, missing or unreadable', () => {
    const empty = file('empty', '\n');
    const missing = join(dir, 'missing');
    expect([
      read({ password: 'p', password_file: empty }).problems,
      read({ password_file: empty }).problems,
      read({ password_file: missing }).problems,
      read({ password_file: dir }).problems,
      read({ password_file: 7 }).problems,
    ]).to.deep.equal([
      ['"password" and "password_file" are both set: use one of them'],
      [`"password_file": ${empty} is empty`],
      [`"password_file": cannot read ${missing}: the file does not exist`],
      [`"password_file": cannot read ${dir}: it is a directory`],
      ['"password_file" must be the path of a file'],
    ]);
  });

  for (const [what, pasted] of [
    ['the password itself', 'PASTEDPLANTED19'],
    ['a key with slashes', 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY'],
    ['a key that begins with a slash', '/wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEY'],
    ['a password with a blank', './my secret'],
    ['a file of the working directory, which looks like a password', 'password.txt'],
  ] as const) {
    it(`of secrets are not shown if they may be the secret: ${what}`, () =>
      expect(read({ password_file: pasted }).problems).to.deep.equal([
        '"password_file": cannot read that file: the file does not exist',
      ]));
  }

  it('of PEM may stand where its text may stand', () => {
    const pem = '-----BEGIN CERTIFICATE-----\nx\n-----END CERTIFICATE-----';
    expect(read({ ssl_ca: file('ca.pem', `${pem}\n`) })).to.deep.equal({
      input: { ssl_ca: pem },
      problems: [],
    });
    expect(read({ ssl_ca: pem }).input).to.deep.equal({ ssl_ca: pem });
    const none = file('none.pem', 'x');
    expect(read({ ssh_private_key: none }).problems).to.deep.equal([
      `"ssh_private_key": ${none} contains no PEM data ("-----BEGIN ...")`,
    ]);
    expect(read({ ssh_private_key_file: none }).problems).to.deep.equal([
      '"ssh_private_key_file" names a file that contains no PEM data ("-----BEGIN ...")',
    ]);
  });

  it('never show a key that was pasted without its first line', () => {
    const key = `geheim${'x'.repeat(300)}`;
    expect(read({ ssh_private_key: key }).problems).to.deep.equal([
      '"ssh_private_key" is neither PEM data ("-----BEGIN ...") nor the path of a file',
    ]);
  });

  it('cannot be read without permission', function () {
    const path = file('locked', 'x');
    chmodSync(path, 0o000);
    // Root reads everything.
    if (process.getuid?.() === 0) this.skip();
    expect(read({ password_file: path }).problems).to.deep.equal([
      `"password_file": cannot read ${path}: permission denied`,
    ]);
  });
});
