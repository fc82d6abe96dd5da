/** `batch_direct_copy`: files of BATCH messages that Redshift copies by itself. */
import { gzipSync } from 'node:zlib';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import { lines, record, schema, state, type Finished } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { atLoadCommit, faults, newPlace, s3Client, type Place } from '../support/warehouse.ts';

const visits = schema('visits', {
  id: { type: ['null', 'integer'] },
  PageName: { type: ['null', 'string'] },
  code: { type: ['null', 'string'], maxLength: 10 },
  at: { type: ['null', 'string'], format: 'date-time' },
  more: { type: ['null', 'object'] },
});

const batch = (manifest: readonly string[], compression: string | null = null): object => ({
  type: 'BATCH',
  stream: 'visits',
  encoding: { format: 'jsonl', compression },
  manifest,
});

/** Puts files below the case's name; returns their URLs. */
async function upload(place: Place, bodies: Readonly<Record<string, string | Buffer>>): Promise<string[]> {
  const client = s3Client(place.config);
  const urls: string[] = [];
  for (const [name, body] of Object.entries(bodies)) {
    const Key = `tap/${place.schema}/${name}`;
    await client.send(new PutObjectCommand({ Bucket: place.config.s3_bucket, Key, Body: Buffer.from(body) }));
    urls.push(`s3://${place.config.s3_bucket}/${Key}`);
  }
  client.destroy();
  return urls;
}

const load = (place: Place, messages: readonly unknown[], options: object = {}): Promise<Finished> =>
  runHere(
    ['--config', place.configFile({ load_method: 'append-only', batch_direct_copy: true, ...options })],
    lines(...messages),
  );

const ids = (place: Place): Promise<(string | null)[][]> =>
  place.query(`SELECT id FROM ${place.schema}.visits ORDER BY id`);

describe('direct COPY of BATCH files', () => {
  it('loads objects as they are, in turn with the records around them, and leaves them there', async () => {
    const place = await newPlace();
    const [one = '', two = '', zipped = ''] = await upload(place, {
      'one.jsonl':
        '{"id": 2, "pagename": "a", "code": "x", "at": "2024-05-01T10:00:00+02:00", "more": {"k": [1.10]}}\n',
      'two.jsonl': '{"ID": 3, "PAGENAME": null, "unknown": 1}\n{"id": 4, "PageName": ""}\n',
      'three.jsonl.gz': gzipSync('{"id": 5}\n'),
    });
    const { code, stdout, stderr, logs } = await load(place, [
      visits,
      record('visits', { id: 1, PageName: 'first' }),
      batch([one, two]),
      state({ n: 1 }),
      batch([zipped], 'gzip'),
      batch([]),
      state({ n: 2 }),
    ]);
    expect({ code, last: stdout.trim().split('\n').at(-1) }, stderr).to.deep.equal({
      code: 0,
      last: '{"n":2}',
    });
    expect(
      await place.query(`SELECT id, pagename, code, at, more FROM ${place.schema}.visits ORDER BY id`),
    ).to.deep.equal([
      ['1', 'first', null, null, null],
      ['2', 'a', 'x', '2024-05-01 08:00:00+00', '{"k":[1.10]}'],
      ['3', null, null, null, null],
      ['4', '', null, null, null],
      ['5', null, null, null, null],
    ]);
    expect(logs.map(({ message }) => message)).to.include('copied 2 files of visits: 3 rows');
    expect(logs.at(-1)?.message).to.equal('every record that was read is committed: 5 rows');
    expect(
      await place.query(
        `SELECT column_name, character_maximum_length FROM svv_columns WHERE table_schema = '${place.schema}' AND table_name = 'visits' AND data_type = 'character varying' ORDER BY 1`,
      ),
    ).to.deep.equal([
      ['code', '64'],
      ['pagename', '65535'],
    ]);
    expect(
      await place.query(
        `SELECT method, rows_received, rows_written, parts FROM ${place.schema}._target_redshift_loads WHERE method = 'direct-copy' ORDER BY batch`,
      ),
    ).to.deep.equal([
      ['direct-copy', '3', '3', '2'],
      ['direct-copy', '1', '1', '1'],
    ]);
    expect(await place.objects()).to.deep.equal([]);
    const client = s3Client(place.config);
    const kept = await client.send(
      new GetObjectCommand({ Bucket: place.config.s3_bucket, Key: `tap/${place.schema}/one.jsonl` }),
    );
    client.destroy();
    expect(kept.ContentLength).to.be.above(0);
  });

  it('is all or nothing, and names the file and the line that Redshift refuses', async () => {
    const place = await newPlace();
    const [good = '', bad = ''] = await upload(place, {
      good: '{"id": 1}\n',
      bad: '{"id": 2}\n{"id": "x"}\n',
    });
    const { code, stdout, logs } = await load(place, [
      visits,
      state({ n: 0 }),
      batch([good, bad]),
      state({ n: 1 }),
    ]);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '{"n":0}\n' });
    expect(logs.at(-1)?.message).to.match(
      new RegExp(`^Cannot load stream "visits" into .*: column "id" .* refused line 2 of ${bad}`),
    );
    expect(await ids(place)).to.deep.equal([]);
    expect(await place.objects()).to.deep.equal([]);
  });

  it('fails when a file is missing, instead of loading the others', async () => {
    const place = await newPlace();
    const [good = ''] = await upload(place, { good: '{"id": 1}\n' });
    const { code, stdout } = await load(place, [visits, batch([good, `${good}-none`]), state({ n: 1 })]);
    expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
    expect(await ids(place)).to.deep.equal([]);
  });

  it('counts once when the reply to COMMIT is lost', async () => {
    const place = await newPlace();
    const [good = ''] = await upload(place, { good: '{"id": 1}\n' });
    faults.sql = atLoadCommit(0, { kind: 'drop-after' } as const);
    const { code, stdout, stderr } = await load(place, [visits, batch([good]), state({ n: 1 })]);
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":1}\n' });
    expect(await ids(place)).to.deep.equal([['1']]);
    expect(stderr).to.contain('no answer came to COMMIT');
  });

  it('is refused with its reason when a stream needs the encoder, before anything is loaded', async () => {
    const place = await newPlace();
    const { code, logs } = await load(place, [visits], { load_method: 'upsert' });
    expect(code).to.equal(1);
    expect(logs.at(-1)?.message).to.equal(
      'Cannot copy the files of stream "visits" directly: its load_method is "upsert", not "append-only"; set batch_direct_copy to false for this stream, so that the files pass through the encoder',
    );
  });
});
