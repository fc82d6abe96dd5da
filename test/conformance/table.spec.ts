/** The conformance table of `spec/conformance` against the local warehouse. */
import { rmSync } from 'node:fs';
import { S3Client } from '@aws-sdk/client-s3';
import { expect } from 'chai';
import pLimit from 'p-limit';
import { LENIENT, type Readings } from '../../src/local/redshift/readings.ts';
import { startLocalWarehouse, type LocalWarehouse } from '../../src/local/api.ts';
import { newWarehouseFolder } from '../support/template.ts';
import { PEOPLE, PEOPLE_WORDS } from './people.ts';
import { playRow, type Endpoint, type Played } from './play.ts';
import { readTable, type Row } from './table-file.ts';

/** A warehouse for rows, in a folder of its own. */
async function startEndpoint(readings?: Readings): Promise<Endpoint & { stop(): Promise<void> }> {
  const dir = await newWarehouseFolder('conformance-');
  const warehouse = await startLocalWarehouse({ dir, ...PEOPLE, ...(readings && { readings }) });
  const endpoint = endpointOf(warehouse);
  return {
    ...endpoint,
    stop: async () => {
      endpoint.s3.destroy();
      await warehouse.stop();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

function endpointOf({ config }: LocalWarehouse): Endpoint {
  return {
    login: {
      host: config.hostname,
      port: config.port,
      user: config.user,
      password: config.password,
      database: config.database,
      ssl: { ca: config.ssl_ca },
    },
    s3: new S3Client({
      endpoint: config.s3_endpoint,
      region: config.s3_region,
      forcePathStyle: true,
      credentials: {
        accessKeyId: config.aws_access_key_id,
        secretAccessKey: config.aws_secret_access_key,
      },
    }),
    bucket: config.s3_bucket,
    prefix: 'row',
    words: {
      ...PEOPLE_WORDS,
      role: config.iam_role,
      region: config.s3_region,
      key: config.aws_access_key_id,
      secret: config.aws_secret_access_key,
      database: config.database,
      user: config.user,
    },
    tidy: false,
  };
}

describe('spec/conformance', function () {
  this.timeout(180_000);
  const rows = readTable();
  const runs = rows.flatMap((row) => [
    { title: row.name, row, extended: false },
    ...(row.extended ? [{ title: `${row.name} (extended protocol)`, row, extended: true }] : []),
  ]);
  const only = process.env['ROWS'];
  const chosen = runs.filter(({ title }) => only === undefined || new RegExp(only).test(title));
  // Each row has a place of its own, so that several can be played at once: much of a row is waiting.
  const playing = pLimit(6);
  const outcomes = new Map<string, Promise<Played>>();
  const endpoints: { stop(): Promise<void> }[] = [];

  before(async () => {
    const strict = await startEndpoint();
    endpoints.push(strict);
    const lenient = chosen.some(({ row }) => row.lenient) ? await startEndpoint(LENIENT) : strict;
    if (lenient !== strict) endpoints.push(lenient);
    const play = (row: Row, extended: boolean) => playRow(row.lenient ? lenient : strict, row, extended);
    for (const { title, row, extended } of chosen) {
      const outcome = playing(() => play(row, extended));
      outcome.catch(() => undefined);
      outcomes.set(title, outcome);
    }
  });
  after(async () => {
    for (const endpoint of endpoints) await endpoint.stop();
  });

  it('has at least 250 rows, each with a name of its own', () => {
    expect(rows.length).to.be.at.least(250);
    expect(rows.map(({ name }) => name)).to.deep.equal([...new Set(rows.map(({ name }) => name))]);
  });

  for (const { title } of chosen) {
    it(title, async () => {
      const { expected, actual } = (await outcomes.get(title))!;
      expect(actual).to.equal(expected);
    });
  }
});
