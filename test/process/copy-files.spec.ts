/** `copy-files`: Parquet files that another engine wrote to S3, into a table, each once. */
import { PutObjectCommand, DeleteObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { parquetFile } from '../conformance/parquet-text.ts';
import { lines, record, schema, type Finished } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { atLoadCommit, faults, newPlace, s3Client, type Place } from '../support/warehouse.ts';

/** A place with a folder of files. */
class Lake {
  readonly place: Place;
  readonly folder: string;

  private constructor(place: Place) {
    this.place = place;
    this.folder = `s3://${place.config.s3_bucket}/lake/${place.schema}/`;
  }

  static async new(files: Readonly<Record<string, string>> = {}): Promise<Lake> {
    const lake = new Lake(await newPlace());
    for (const [name, text] of Object.entries(files)) await lake.write(name, text);
    return lake;
  }

  /** A file of Parquet, as `parquetFile` reads it. */
  async write(name: string, text: string, how = 'parquet'): Promise<void> {
    await this.put(name, parquetFile(text, how));
  }

  async put(name: string, body: Buffer | string): Promise<void> {
    await this.#send(new PutObjectCommand({ ...this.#object(name), Body: Buffer.from(body) }));
  }

  async remove(name: string): Promise<void> {
    await this.#send(new DeleteObjectCommand(this.#object(name)));
  }

  copy(words: readonly string[], options: object = {}, location = this.folder): Promise<Finished> {
    const config = ['--config', this.place.configFile({ log_format: 'json', ...options })];
    return runHere(['copy-files', ...config, '--stream', 't', ...words, location], '');
  }

  rows(): Promise<(string | null)[][]> {
    return this.place.query(`SELECT * FROM ${this.place.schema}.t ORDER BY 1`);
  }

  #object(name: string): { readonly Bucket: string; readonly Key: string } {
    return { Bucket: this.place.config.s3_bucket, Key: `lake/${this.place.schema}/${name}` };
  }

  async #send(command: PutObjectCommand | DeleteObjectCommand): Promise<void> {
    const client = s3Client(this.place.config);
    if (command instanceof PutObjectCommand) await client.send(command);
    else await client.send(command);
    client.destroy();
  }
}

/** The message of the last error, without the changing parts of the URL. */
function errorOf({ logs }: Finished, { folder }: Lake): string {
  const last = logs.findLast(({ level }) => level === 'error');
  return (last?.['message'] ?? '').replaceAll(folder, 's3://b/lake/');
}

const messages = ({ logs }: Finished): readonly string[] =>
  logs.filter(({ level }) => level === 'info').map(({ message }) => message);

describe('copy-files', () => {
  it('loads every file of a folder into a new table, and each file once', async () => {
    const lake = await Lake.new({
      'part-0.parquet': 'id INT64 | name STRING\n[1, "Ann"]\n[2, null]',
      'part-1.parquet': 'id INT64 | name STRING\n[3, "Cem"]',
    });
    await lake.put('_SUCCESS', '');
    const first = await lake.copy([]);
    expect(first.code, first.stderr).to.equal(0);
    expect(messages(first).at(-1)).to.equal('copied 2 files into table t: 3 rows, 3 inserted');
    await lake.write('part-2.parquet', 'id INT64 | name STRING\n[4, "Dan"]');
    expect(messages(await lake.copy([])).at(-1)).to.equal('copied 1 file into table t: 1 row, 1 inserted');
    expect(messages(await lake.copy([])).at(-1)).to.equal('nothing to copy: all 3 files are loaded already');
    expect(await lake.rows()).to.deep.equal([
      ['1', 'Ann'],
      ['2', null],
      ['3', 'Cem'],
      ['4', 'Dan'],
    ]);
  });

  it('upserts by a key, into columns of wider types and beside columns that the files lack', async () => {
    const lake = await Lake.new();
    await runHere(
      ['--config', lake.place.configFile()],
      lines(
        schema('t', { id: { type: 'integer' }, n: { type: 'integer' }, note: { type: 'string' } }, ['id']),
        record('t', { id: 1, n: 10, note: 'kept' }),
        record('t', { id: 2, n: 20, note: 'kept' }),
      ),
    );
    await lake.write('a.parquet', 'id INT32 | n INT32\n[2, 21]\n[3, 30]');
    const { code, stderr } = await lake.copy(['--key', 'id']);
    expect(code, stderr).to.equal(0);
    expect(await lake.rows()).to.deep.equal([
      ['1', '10', 'kept'],
      ['2', '21', 'kept'],
      ['3', '30', null],
    ]);
  });

  it('appends through a stage where the table has wider types', async () => {
    const lake = await Lake.new();
    await runHere(
      ['--config', lake.place.configFile()],
      lines(schema('t', { id: { type: 'integer' } }, []), record('t', { id: 1 })),
    );
    await lake.write('a.parquet', 'id INT32\n[2]\n[2]');
    const { code, stderr } = await lake.copy(['--method', 'append']);
    expect(code, stderr).to.equal(0);
    expect(await lake.rows()).to.deep.equal([['1'], ['2'], ['2']]);
  });

  it('takes the newest of several rows of a key by the columns that tell it, and rejects them otherwise', async () => {
    const lake = await Lake.new({
      'a.parquet': 'id INT64 | at INT64 | v STRING\n[1, 5, "new"]\n[1, 3, "old"]',
      'b.parquet': 'id INT64 | at INT64 | v STRING\n[1, 4, "middle"]',
    });
    const unclear = await lake.copy(['--key', 'id']);
    expect({ code: unclear.code, error: errorOf(unclear, lake) }).to.deep.equal({
      code: 1,
      error:
        `Cannot load stream "t" into "${lake.place.schema}"."t": 2 rows of the files have the key of another one, and nothing tells which ` +
        'is newer; name a column that does with --newest-by, or write each key once. Nothing was loaded',
    });
    expect((await lake.copy(['--key', 'id', '--newest-by', 'at'])).code).to.equal(0);
    expect(await lake.rows()).to.deep.equal([['1', '5', 'new']]);
  });

  it('inserts only the rows whose key is not there', async () => {
    const lake = await Lake.new({ 'a.parquet': 'id INT64 | v STRING\n[1, "first"]' });
    await lake.copy(['--key', 'id']);
    await lake.write('b.parquet', 'id INT64 | v STRING\n[1, "second"]\n[2, "new"]');
    expect((await lake.copy(['--key', 'id', '--method', 'insert'])).code).to.equal(0);
    expect(await lake.rows()).to.deep.equal([
      ['1', 'first'],
      ['2', 'new'],
    ]);
  });

  it('follows load_method of the stream, and runs its statements before and after', async () => {
    const lake = await Lake.new({ 'a.parquet': 'id INT64 | v STRING\n[1, "first"]' });
    const { schema: name } = lake.place;
    const stream = {
      key_properties: ['id'],
      load_method: 'insert-only',
      pre_sql: [`CREATE TABLE ${name}.log (what VARCHAR(20))`],
      post_sql: [`INSERT INTO ${name}.log SELECT 'rows ' || COUNT(*) FROM ${name}.t`],
    };
    await lake.place.query(`CREATE SCHEMA ${name}`);
    expect((await lake.copy([], { streams: { t: stream } })).code).to.equal(0);
    await lake.write('b.parquet', 'id INT64 | v STRING\n[1, "second"]');
    expect((await lake.copy([], { streams: { t: { ...stream, pre_sql: [] } } })).code).to.equal(0);
    expect(await lake.rows()).to.deep.equal([['1', 'first']]);
    expect(await lake.place.query(`SELECT what FROM ${name}.log`)).to.deep.equal([['rows 1'], ['rows 1']]);
  });

  it('overwrites the rows of the table and forgets the files that they came from', async () => {
    const lake = await Lake.new({ 'a.parquet': 'id INT64\n[1]\n[2]' });
    await lake.copy([]);
    await lake.remove('a.parquet');
    await lake.write('b.parquet', 'id INT64\n[3]');
    const { code, stderr } = await lake.copy(['--method', 'overwrite']);
    expect(code, stderr).to.equal(0);
    expect(await lake.rows()).to.deep.equal([['3']]);
    await lake.write('a.parquet', 'id INT64\n[1]\n[2]');
    await lake.copy([]);
    expect(await lake.rows()).to.deep.equal([['1'], ['2'], ['3']]);
  });

  it('loads the files of a table that was dropped again', async () => {
    const lake = await Lake.new({ 'a.parquet': 'id INT64\n[1]' });
    await lake.copy([]);
    await lake.place.query(`DROP TABLE ${lake.place.schema}.t`);
    await lake.copy([]);
    expect(await lake.rows()).to.deep.equal([['1']]);
  });

  it('loads all types of Parquet that COPY reads, and nested values as SUPER', async () => {
    const lake = await Lake.new({
      'a.parquet':
        'b BOOLEAN | i INT32 | l INT64 | f FLOAT | d DOUBLE | n DECIMAL(10,2) | day DATE | s STRING | tags LIST<STRING>\n' +
        '[true, 7, 7, 1.5, 0.1, "12.34", "2026-01-31", "é", ["x", "y"]]',
    });
    const { code, stderr } = await lake.copy([]);
    expect(code, stderr).to.equal(0);
    expect(await lake.rows()).to.deep.equal([
      ['t', '7', '7', '1.5', '0.1', '12.34', '2026-01-31', 'é', '["x","y"]'],
    ]);
  });

  describe('rejects, and loads nothing of', () => {
    const cases: Readonly<
      Record<
        string,
        readonly [files: Readonly<Record<string, string>>, words: readonly string[], error: string]
      >
    > = {
      'files whose columns differ in type': [
        { 'a.parquet': 'id INT64\n[1]', 'b.parquet': 'id STRING\n["x"]' },
        [],
        'Cannot copy s3://b/lake/b.parquet together with s3://b/lake/a.parquet: its column "id" is BYTE_ARRAY (UTF8), not INT64; COPY needs ' +
          'files with the same columns in the same order. Copy them by a command of their own, or write them again',
      ],
      'files whose columns have another order': [
        { 'a.parquet': 'id INT64 | v INT64\n[1, 2]', 'b.parquet': 'v INT64 | id INT64\n[1, 2]' },
        [],
        'Cannot copy s3://b/lake/b.parquet together with s3://b/lake/a.parquet: its column 1 is "v", not "id"; COPY needs files with the ' +
          'same columns in the same order. Copy them by a command of their own, or write them again',
      ],
      'files without the key': [
        { 'a.parquet': 'id INT64\n[1]' },
        ['--key', 'uuid'],
        'Cannot copy s3://b/lake/a.parquet into table "t": it has no column "uuid", which is a key',
      ],
      'rows whose key is NULL': [
        { 'a.parquet': 'id INT64\n[1]\n[null]' },
        ['--key', 'id'],
        'Cannot copy s3://b/lake/a.parquet: the key column "id" is NULL in 1 of its rows; nothing was loaded',
      ],
      'columns that are only in the names of folders': [
        { 'dt=2026-01-31/a.parquet': 'id INT64\n[1]' },
        [],
        'Cannot copy s3://b/lake/dt=2026-01-31/a.parquet: the values of the column "dt" are in the names of folders, which COPY does not ' +
          'read, and not in the file; write the column into the files too, or leave it out with --ignore-partitions. Nothing was loaded',
      ],
      'folders without files': [
        {},
        [],
        'Cannot copy s3://b/lake/: there is no such object, and no file in such a folder; names that begin with _ or . are left out',
      ],
    };
    for (const [what, [files, words, error]] of Object.entries(cases)) {
      it(what, async () => {
        const lake = await Lake.new(files);
        const finished = await lake.copy(words);
        expect({ code: finished.code, error: errorOf(finished, lake) }).to.deep.equal({ code: 1, error });
      });
    }

    it('files that are not Parquet', async () => {
      const lake = await Lake.new({ 'a.parquet': 'id INT64\n[1]' });
      await lake.put('b.csv', 'id\n1\n2\n3\n4\n5\n6\n7\n');
      expect(errorOf(await lake.copy([]), lake)).to.match(
        /^Cannot copy s3:\/\/b\/lake\/b\.csv: it is not a Parquet file, or it is not complete/,
      );
    });

    it('a file that was written again after it was loaded, until --again is given', async () => {
      const lake = await Lake.new({ 'a.parquet': 'id INT64\n[1]' });
      await lake.copy([]);
      await lake.write('a.parquet', 'id INT64\n[2]');
      expect(errorOf(await lake.copy([]), lake)).to.equal(
        'Cannot copy s3://b/lake/a.parquet: it was loaded already, and has been written again since then, so that some of its rows may be ' +
          'in the table; to load all of it once more, use --again with this file alone. Nothing was loaded',
      );
      expect((await lake.copy(['--again'])).code).to.equal(0);
      expect(await lake.rows()).to.deep.equal([['1'], ['2']]);
    });

    it('a column of another type than that of the table', async () => {
      const lake = await Lake.new({ 'a.parquet': 'id INT64\n[1]' });
      await lake.place.query(`CREATE SCHEMA ${lake.place.schema}`);
      await lake.place.query(`CREATE TABLE ${lake.place.schema}.t (id DATE)`);
      expect(errorOf(await lake.copy([]), lake)).to.equal(
        'Cannot copy s3://b/lake/a.parquet into table "t": its column "id" is INT64, which goes into BIGINT, and the column of the table is ' +
          'DATE; write the files with another type, or load them into another table than "t"',
      );
    });

    it('a manifest that names an object of another bucket', async () => {
      const lake = await Lake.new();
      await lake.put('m.json', '{"entries": [{"url": "s3://elsewhere/a.parquet"}]}');
      expect(errorOf(await lake.copy(['--manifest'], {}, `${lake.folder}m.json`), lake)).to.equal(
        'Cannot use the manifest s3://b/lake/m.json: it names s3://elsewhere/a.parquet, which is not in its own bucket; a manifest may name ' +
          'only objects of its bucket',
      );
    });
  });

  it('loads each file once if no answer comes to COMMIT', async () => {
    const lake = await Lake.new({ 'a.parquet': 'id INT64\n[1]' });
    faults.sql = atLoadCommit(0, { kind: 'drop-after' } as const);
    const { code, stderr } = await lake.copy([]);
    expect(code, stderr).to.equal(0);
    expect(stderr).to.contain('no answer came to COMMIT');
    expect(await lake.rows()).to.deep.equal([['1']]);
  });

  it('loads each file once if its COMMIT is rolled back', async () => {
    const lake = await Lake.new({ 'a.parquet': 'id INT64\n[1]' });
    faults.sql = atLoadCommit(0, { kind: 'drop-before' } as const);
    const { code, stderr } = await lake.copy([]);
    expect(code, stderr).to.equal(0);
    expect(await lake.rows()).to.deep.equal([['1']]);
  });

  it('rolls back if a file is written again while it is copied, and loads the new one by the next command', async () => {
    const lake = await Lake.new({ 'a.parquet': 'id INT64\n[1]' });
    let written: Promise<void> | undefined;
    faults.sql = ({ sql }) => {
      if (!sql.startsWith('SELECT pg_last_copy_count') || written) return undefined;
      written = lake.write('a.parquet', 'id INT64\n[2]');
      return { kind: 'stall-after', ms: 1500 };
    };
    expect(errorOf(await lake.copy([]), lake)).to.equal(
      'Cannot copy s3://b/lake/a.parquet: it was written again while it was read; nothing was loaded. Run the command again when its ' +
        'writer has ended',
    );
    await written;
    expect((await lake.copy([])).code).to.equal(0);
    expect(await lake.rows()).to.deep.equal([['2']]);
  });

  it('lets one of two commands at the same time load the files', async () => {
    const lake = await Lake.new({ 'a.parquet': 'id INT64\n[1]' });
    await lake.copy([]);
    await lake.write('b.parquet', 'id INT64\n[2]');
    const both = await Promise.all([lake.copy([]), lake.copy([])]);
    expect(both.map(({ code }) => code)).to.include(0);
    expect(await lake.rows()).to.deep.equal([['1'], ['2']]);
  });

  it('loads the files of a manifest', async () => {
    const lake = await Lake.new({ 'a.parquet': 'id INT64\n[1]', 'b.parquet': 'id INT64\n[2]' });
    await lake.put('m.json', JSON.stringify({ entries: [{ url: `${lake.folder}b.parquet` }] }));
    expect((await lake.copy(['--manifest'], {}, `${lake.folder}m.json`)).code).to.equal(0);
    expect(await lake.rows()).to.deep.equal([['2']]);
  });
});
