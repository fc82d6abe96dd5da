/** The sentence about work that failed: the record that Redshift keeps of a refused COPY, found among those of other loads. */
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { CommitUnknownError, InputError, LoadError } from '../../src/errors.ts';
import { raw } from '../../src/sql.ts';
import { explainFailure } from '../../src/warehouse/load-failure.ts';
import { openParts, type Parts } from '../support/parts.ts';
import { faults, newPlace, type Place } from '../support/warehouse.ts';

describe('the explanation of a load that failed', () => {
  let place: Place;
  let parts: Parts;

  before(async () => {
    place = await newPlace();
    parts = await openParts(place);
    await place.query(`CREATE SCHEMA ${place.schema}`);
    await place.query(`CREATE TABLE ${place.schema}.t (id BIGINT, name VARCHAR(5), born DATE)`);
  });
  after(() => parts[Symbol.asyncDispose]());

  const url = (key: string): string => parts.store.url(`${place.prefix}/${key}`);
  const work = (): { stream: string; target: { schema: string; table: string } } => ({
    stream: 'people',
    target: { schema: place.schema, table: 't' },
  });
  const explained = (error: unknown, ...prefixes: readonly string[]): Promise<unknown> =>
    explainFailure(error, work(), parts.warehouse, prefixes.map(url));

  /** Has COPY refuse a file of these lines; returns what the server says. */
  const copyError = async (key: string, ...lines: readonly string[]): Promise<LoadError> => {
    const body = gzipSync(lines.map((line) => `${line}\n`).join(''));
    await parts.store.put(`${place.prefix}/${key}`, body, new AbortController().signal);
    const copy = raw(
      `COPY ${place.schema}.t FROM '${url(key)}' IAM_ROLE '${place.config.iam_role}' CSV GZIP`,
    );
    return parts.warehouse
      .session((session) => session.run(copy))
      .then(
        () => expect.fail('COPY took it'),
        (error: unknown) => error as LoadError,
      );
  };

  const message = (error: unknown): string =>
    error instanceof LoadError ? error.message.replaceAll(place.schema, 'S') : String(error);

  const REFUSED = 'Cannot load stream "people" into "S"."t": ';

  describe('of which Redshift has a record', () => {
    for (const [what, key, lines, column, line] of [
      ['a number', 'number/1', ['1,"a",', 'x,"b",'], 'id', 2],
      ['a string that is too long', 'width/1', ['1,"sixsix",'], 'name', 1],
      ['a date', 'date/1', ['1,"a",', '2,"b",', '3,"c",2024-02-30'], 'born', 3],
    ] as const) {
      it(`names column, line and file of ${what}`, async () => {
        const error = await copyError(key, ...lines);
        expect(message(await explained(error, key))).to.match(
          new RegExp(
            `^Cannot load stream "people" into "S"\\."t": column "${column}" \\([a-z0-9 ]+\\) refused line ${line} of ${url(key).replace(place.schema, 'S')}: .+ \\(\\d+\\)$`,
          ),
        );
      });
    }

    it('takes the one of its own files, whatever failed after it', async () => {
      const first = await copyError('own/1-0', 'x,"a",');
      await copyError('other/1-0', '1,"sixsix",');
      expect(message(await explained(first, 'own/1-'))).to.contain(': column "id" ');
    });

    it('takes the newest one of its files', async () => {
      await copyError('again/1-0', 'x,"a",');
      const second = await copyError('again/1-1', '1,"sixsix",');
      expect(message(await explained(second, 'again/1-'))).to.contain(': column "name" ');
    });

    it('takes % and _ in names of files as they are', async () => {
      const own = await copyError('a_b/1', 'x,"a",');
      await copyError('axb/1', '1,"sixsix",');
      expect(message(await explained(own, 'a_b/'))).to.contain(': column "id" ');
      expect(message(await explained(own, 'a%/'))).to.match(
        /Check 'sys_load_error_detail'|Check 'stl_load_errors'/,
      );
    });

    it('finds it among the files of several prefixes', async () => {
      const error = await copyError('late/1', 'x,"a",');
      expect(message(await explained(error, 'early/', 'late/'))).to.contain('refused line 1 of ');
    });

    it('reads STL_LOAD_ERRORS where there is no SYS_LOAD_ERROR_DETAIL', async () => {
      const error = await copyError('older/1', 'x,"a",');
      faults.sql = ({ sql }) =>
        /FROM sys_load_error_detail/.test(sql)
          ? { kind: 'error', sqlstate: '42P01', message: 'relation "sys_load_error_detail" does not exist' }
          : undefined;
      expect(message(await explained(error, 'older/'))).to.contain(': column "id" ');
    });

    it('says what COPY said when the record cannot be read', async () => {
      const error = await copyError('hidden/1', 'x,"a",');
      faults.sql = ({ sql }) =>
        /load_error/.test(sql)
          ? { kind: 'error', sqlstate: '42501', message: 'permission denied' }
          : undefined;
      expect(message(await explained(error, 'hidden/'))).to.equal(`${REFUSED}${message(error)}`);
    });

    it('says what COPY said when no connection can be had', async () => {
      const error = await copyError('alone/1', 'x,"a",');
      const closed = await openParts(place);
      await closed.warehouse.session((session) => session.run(raw('SELECT 1')));
      await closed[Symbol.asyncDispose]();
      const found = await explainFailure(error, work(), closed.warehouse, [url('alone/')]);
      expect(message(found)).to.equal(`${REFUSED}${message(error)}`);
    });
  });

  describe('of which there is no record', () => {
    it('is the sentence of the error, with its SQLSTATE, detail and cause', async () => {
      const cause = new Error('Disk Full');
      const error = new LoadError('Redshift refused INSERT: Disk Full', {
        sqlstate: 'XX000',
        detail: 'node 1',
        cause,
      });
      const found = (await explained(error, 'none/')) as LoadError;
      expect([message(found), found.sqlstate, found.detail, found.cause]).to.deep.equal([
        `${REFUSED}Redshift refused INSERT: Disk Full`,
        'XX000',
        'node 1',
        cause,
      ]);
    });

    for (const [said, advice] of [
      [
        'Not authorized to get credentials of role arn:aws:iam::1:role/x',
        'attach the role to the cluster, or correct iam_role',
      ],
      ['The current user does not have ASSUMEROLE permission on IAM role', 'grant it'],
      ['S3ServiceException:Access Denied,Status 403', 'COPY may not read the bucket'],
      ['S3ServiceException:AccessDenied,Status 403', 'COPY may not read the bucket'],
    ] as const) {
      it(`leads to --check: ${said}`, async () => {
        const found = await explained(new LoadError(`Redshift refused COPY: ${said}`), 'none/');
        expect(message(found)).to.equal(
          `${REFUSED}Redshift refused COPY: ${said}; ${advice}: --check says how`,
        );
      });
    }

    it('asks the warehouse nothing unless COPY says that there is one', async () => {
      const asked: string[] = [];
      faults.sql = ({ sql }) => void asked.push(sql);
      await explained(new LoadError('Redshift refused INSERT: Disk Full'), 'none/');
      await explained(
        new LoadError("Redshift refused COPY: Load failed.  Check 'stl_load_errors' system table"),
      );
      expect(asked).to.deep.equal([]);
    });
  });

  describe('whose outcome is unknown', () => {
    const lost = new CommitUnknownError(17, new Error('Connection terminated unexpectedly'));

    it('says of a batch what to do before it is sent again', async () => {
      const found = (await explained(lost, 'none/')) as LoadError;
      expect([message(found), found.cause]).to.deep.equal([
        'Cannot tell whether the last batch of stream "people" was committed: the connection was lost during COMMIT, and its outcome could not be found; no state was written for it. Run again from the last state: an upsert repairs itself, for an append look for doubled rows first',
        lost,
      ]);
    });

    it('says of an overwrite that the table has the old rows or the new ones', async () => {
      expect(message(await explained(lost))).to.equal(
        'Cannot tell whether the overwrite of stream "people" was committed: the connection was lost during COMMIT, and its outcome could not be found; no state was written for it. Run again from the last state: its table has either the rows from before or those of this run',
      );
    });
  });

  it('leaves an error that is not about the warehouse as it is', async () => {
    const defect = new TypeError("Cannot read properties of undefined (reading 'rows')");
    const input = new InputError('Cannot load stream "people", line 3: no');
    expect([await explained(defect, 'none/'), await explained(input, 'none/')]).to.deep.equal([
      defect,
      input,
    ]);
  });
});
