/** Errors that pass strike once, and everything is loaded; errors that stay end the run at once, by name. */
import { expect } from 'chai';
import { lines, record, schema, state, type Finished } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { faults, newPlace, type Place } from '../support/warehouse.ts';

const properties = { id: { type: 'integer' } };

/** What a COPY answers the first time, by the stream. */
const COPY_ERRORS = {
  expired: 'S3ServiceException:The provided token has expired.,Status 400,Error ExpiredToken,Rid ABC',
  slow_down: 'S3ServiceException:Please reduce your request rate.,Status 503,Error SlowDown,Rid X,CanRetry 1',
  timed_out:
    'S3CurlException: Connection timed out after 50001 milliseconds, CurlError 28, multiCurlError 0, CanRetry 1, UserError 0',
  reset: 'S3CurlException: Connection reset by peer, CurlError 56, multiCurlError 0, CanRetry 1, UserError 0',
  query: 'S3Query Exception: Connection failed, retries exceeded',
  throttled: 'Failed to get temporary credentials. Details: Throttling: Rate exceeded',
  resize: 'Cannot execute write query because system is in resize mode',
} as const;

/** What S3 answers to the first upload of a part, by the stream: status and code. */
const S3_ERRORS = {
  token: [400, 'ExpiredToken'],
  aborted: [409, 'OperationAborted'],
  request: [400, 'RequestTimeout'],
  digest: [400, 'BadDigest'],
  kms: [429, 'KMS.ThrottlingException'],
  capacity: [507, 'InsufficientCapacity'],
} as const;

const inputOf = (streams: readonly string[]): string =>
  lines(
    ...streams.map((name) => schema(name, properties, ['id'])),
    ...streams.flatMap((name) => [record(name, { id: 1 }), record(name, { id: 2 })]),
    state({ n: 1 }),
  );

async function countsOf(place: Place, streams: readonly string[]): Promise<string[]> {
  const counts: string[] = [];
  for (const name of streams)
    counts.push(
      `${name} ${(await place.query(`SELECT COUNT(*) FROM ${place.schema}.${name}`)).flat().join()}`,
    );
  return counts;
}

async function load(place: Place, streams: readonly string[], options = {}): Promise<Finished> {
  return runHere(['--config', place.configFile(options)], inputOf(streams));
}

describe('an error that passes', () => {
  it('of COPY is tried again: everything is loaded once', async () => {
    const place = await newPlace();
    const struck = new Set<string>();
    faults.sql = ({ sql }) => {
      const [, name = ''] = /FROM 's3:\/\/[^']*\/(\w+)\/\d+-manifest/.exec(sql) ?? [];
      if (!(name in COPY_ERRORS) || struck.has(name)) return undefined;
      struck.add(name);
      return { kind: 'error', sqlstate: 'XX000', message: COPY_ERRORS[name as keyof typeof COPY_ERRORS] };
    };
    const streams = Object.keys(COPY_ERRORS);
    const { code, stdout, stderr } = await load(place, streams);
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":1}\n' });
    expect([...struck].sort()).to.deep.equal([...streams].sort());
    expect(await countsOf(place, streams)).to.deep.equal(streams.map((name) => `${name} 2`));
  });

  it('of an upload is tried again: everything is loaded once', async () => {
    const place = await newPlace();
    const struck = new Map<string, number>();
    faults.s3 = ({ operation, key }) => {
      const [, name = ''] = /\/(\w+)\/\d+-\d+\.csv/.exec(key) ?? [];
      if (operation !== 'PutObject' || !(name in S3_ERRORS)) return undefined;
      struck.set(name, (struck.get(name) ?? 0) + 1);
      const [status, errorCode] = S3_ERRORS[name as keyof typeof S3_ERRORS];
      return struck.get(name) === 1 ? { kind: 'error', status, code: errorCode } : undefined;
    };
    const streams = Object.keys(S3_ERRORS);
    const { code, stdout, stderr } = await load(place, streams);
    expect({ code, stdout }, stderr).to.deep.equal({ code: 0, stdout: '{"n":1}\n' });
    expect([...struck.keys()].sort()).to.deep.equal([...streams].sort());
    expect(await countsOf(place, streams)).to.deep.equal(streams.map((name) => `${name} 2`));
    expect(await place.objects()).to.deep.equal([]);
  });

  it('passes after seven answers of S3 that it should slow down', async () => {
    const place = await newPlace();
    let left = 7;
    faults.s3 = ({ operation, key }) =>
      operation === 'PutObject' && key.includes('.csv') && left-- > 0
        ? { kind: 'error', status: 503, code: 'SlowDown' }
        : undefined;
    const { code, stderr } = await load(place, ['t']);
    expect(code, stderr).to.equal(0);
    expect(await countsOf(place, ['t'])).to.deep.equal(['t 2']);
  });

  it('is tried again once only if credentials have expired', async () => {
    const place = await newPlace();
    let uploads = 0;
    faults.s3 = ({ operation, key }) => {
      if (operation !== 'PutObject' || !key.includes('.csv')) return undefined;
      uploads++;
      return { kind: 'error', status: 400, code: 'ExpiredToken' };
    };
    const { code, stdout, logs } = await load(place, ['t']);
    expect({ code, stdout, uploads }).to.deep.equal({ code: 1, stdout: '', uploads: 2 });
    expect(logs.at(-1)?.message).to.match(/^Cannot upload .*: the session token has expired; /);
  });
});

describe('a statement that was canceled', () => {
  for (const [who, message, said] of [
    [
      'a query monitoring rule',
      'Query (150) cancelled by WLM abort action of Query Monitoring Rule "no_long_loads"',
      'the query monitoring rule "no_long_loads" of the cluster ended it',
    ],
    [
      'the workload management',
      'Query cancelled by WLM timeout',
      'the workload management of the cluster ended it',
    ],
    ['a person', "Query (150) cancelled on user's request", 'a person or another program canceled it'],
  ] as const) {
    it(`by ${who} is not run again, and the message says so`, async () => {
      const place = await newPlace();
      let copies = 0;
      faults.sql = ({ verb }) => {
        if (verb !== 'COPY') return undefined;
        copies++;
        return { kind: 'error', sqlstate: '57014', message };
      };
      const { code, stdout, logs } = await load(place, ['t']);
      expect({ code, stdout, copies }).to.deep.equal({ code: 1, stdout: '', copies: 1 });
      expect(logs.at(-1)?.message).to.contain(`${message} (${said}`);
    });
  }
});
