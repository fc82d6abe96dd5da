import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { CommitUnknownError, LoadError } from '../../src/errors.ts';
import { isTransient, PASSING, passing } from '../../src/warehouse/transient.ts';

/** A LoadError as the adapter makes it: our sentence, the server's words as the cause. */
const refused = (sqlstate: string, message: string, detail = ''): LoadError =>
  new LoadError(`Redshift refused COPY "t": ${message}`, { sqlstate, detail, cause: new Error(message) });

const s3 = (status: number, code: string): string =>
  `S3ServiceException:Something,Status ${status},Error ${code},Rid X,ExtRid Y,CanRetry 1`;

describe('isTransient', () => {
  const passes: readonly (readonly [string, LoadError])[] = [
    ['a lost connection', refused('08006', 'Connection terminated unexpectedly')],
    ['a refused connection', refused('08001', 'x')],
    ['too many connections', refused('53300', 'too many connections')],
    ['a server that shuts down', refused('57P01', 'terminating connection due to administrator command')],
    ['a server that crashed', refused('57P02', 'x')],
    ['a server that starts', refused('57P03', 'the database system is starting up')],
    ["PostgreSQL's serialization failure", refused('40001', 'could not serialize access')],
    ["PostgreSQL's deadlock", refused('40P01', 'deadlock detected')],
    [
      "Redshift's serialization violation",
      refused(
        'XX000',
        '1023',
        'Serializable isolation violation on table - 100167, transactions forming the cycle are: 1, 2 (pid:16606)',
      ),
    ],
    [
      'the same as documented',
      refused('XX000', 'ERROR:1023 DETAIL: Serializable isolation violation on table in Redshift'),
    ],
    ['its number alone', refused('XX000', 'ERROR: 1023')],
    [
      'a snapshot conflict',
      refused('XX000', 'could not complete because of conflict with concurrent transaction'),
    ],
    ['a table that was just dropped', refused('XX000', 'could not open relation with OID 100234')],
    ['a relation that is gone', refused('XX000', '1018', 'Relation does not exist.')],
    ["Redshift's deadlock", refused('XX000', 'deadlock detected')],
    ['a resize', refused('XX000', 'cluster is in resize mode')],
    ['S3 that is slow', refused('XX000', s3(503, 'SlowDown'))],
    ['an S3 error of its own', refused('XX000', s3(500, 'InternalError'))],
    ['an S3 request that timed out', refused('XX000', s3(400, 'RequestTimeout'))],
    ['an S3 error in the detail', refused('XX000', 'S3 failed', s3(503, 'ServiceUnavailable'))],
    ['a connection that was reset', refused('ECONNRESET', 'read ECONNRESET')],
    ['a name that cannot be resolved now', refused('EAI_AGAIN', 'getaddrinfo EAI_AGAIN')],
    ['a broken pipe', refused('EPIPE', 'write EPIPE')],
    ['a connection that timed out', refused('ETIMEDOUT', 'x')],
  ];
  for (const [what, error] of passes)
    it(`tries again after ${what}`, () => expect(isTransient(error)).to.equal(true));

  const stays: readonly (readonly [string, unknown])[] = [
    ['a statement that ran too long', refused('57014', 'canceling statement due to user request')],
    ['a missing privilege', refused('42501', 'permission denied for relation t')],
    ['wrong credentials', refused('28000', 'password authentication failed')],
    ['a syntax error', refused('42601', 'syntax error at or near "x"')],
    ['a dependent view', refused('2BP01', 'cannot drop column because other objects depend on it')],
    [
      'refused rows',
      refused(
        'XX000',
        "Load into table 't' failed.  Check 'sys_load_error_detail' system table for details.",
      ),
    ],
    ['a full disk', refused('XX000', 'Disk Full')],
    ['S3 that denies access', refused('XX000', s3(403, 'AccessDenied'))],
    ['an object that does not exist', refused('XX000', s3(404, 'NoSuchKey'))],
    ['a host name that does not exist', refused('ENOTFOUND', 'getaddrinfo ENOTFOUND')],
    ['a number that only looks like 1023', refused('XX000', '10234 rows')],
    ['1023 somewhere in the text', refused('XX000', 'value 1023 is out of range')],
    ['a state that only begins like one', refused('080060', 'x')],
    ['a CommitUnknownError', new CommitUnknownError(1, new Error('deadlock detected'))],
    ['a defect', new Error('deadlock detected')],
    ['something thrown', 'ECONNRESET'],
    ['nothing', undefined],
  ];
  for (const [what, error] of stays)
    it(`does not try again after ${what}`, () => expect(isTransient(error)).to.equal(false));

  it('is not misled by names in our own sentence', () => {
    const error = new LoadError(
      'Cannot load into table "deadlock detected": its column "resize mode" is date',
    );
    expect(isTransient(error)).to.equal(false);
  });

  const answered = (httpStatusCode: number): LoadError =>
    new LoadError('Cannot upload', {
      sqlstate: 'SomeError',
      service: 'S3',
      cause: Object.assign(new Error('x'), { $metadata: { httpStatusCode } }),
    });

  it('tells by the status of an answer of AWS whether it passes', () => {
    const statuses = [400, 403, 404, 409, 429, 500, 501, 502, 503, 504, 507];
    expect(statuses.filter((status) => isTransient(answered(status)))).to.deep.equal([
      429, 500, 502, 503, 504, 507,
    ]);
  });

  it('does not take a denied request of COPY for one that can be repeated, whatever CanRetry says', () => {
    expect(passing(refused('XX000', s3(403, 'AccessDenied')))).to.equal(undefined);
    expect(passing(refused('XX000', 'S3CurlException: x, CurlError 28, CanRetry 0, UserError 0'))).to.equal(
      undefined,
    );
  });

  it('knows credentials that have expired, which do not pass by themselves', () => {
    const expired = [
      refused('XX000', s3(400, 'ExpiredToken')),
      new LoadError('Cannot upload', { sqlstate: 'ExpiredToken', service: 'S3' }),
      new LoadError('Cannot get a login', { sqlstate: 'ExpiredTokenException', service: 'AWS' }),
    ];
    expect(expired.map((error) => [passing(error)?.kind, isTransient(error)])).to.deep.equal(
      expired.map(() => ['expired', false]),
    );
  });

  it('is the table of the documentation', () => {
    const page = readFileSync(new URL('../../docs/retries.md', import.meta.url), 'utf8');
    const rows = [...page.matchAll(/^\| (.*?) +\| (outage|conflict|expired) +\| (.*?) +\|$/gm)].map((row) =>
      row.slice(1, 4).map((cell) => cell.trim()),
    );
    expect(rows).to.deep.equal(PASSING.map(({ what, kind, source }) => [what, kind, source]));
  });
});
