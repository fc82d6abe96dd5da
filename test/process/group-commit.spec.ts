/** Work that waits for its group: when the commit before it fails, nothing of it is left in S3. */
import { expect } from 'chai';
import { lines, record, schema, state } from '../support/cli.ts';
import { runHere } from '../support/in-process.ts';
import { faults, newPlace } from '../support/warehouse.ts';

const INTEGER = { type: 'integer' };
/** More work than one transaction takes up: the rest waits while the first group is committed. */
const INPUT = lines(
  schema('a', { id: INTEGER }),
  schema('u', { id: INTEGER }, ['id']),
  ...[1, 2, 3, 4, 5, 6].flatMap((id) => [record('a', { id }), record('u', { id }), state({ id })]),
);

const OPTIONS = {
  group_commit: { group_commit: true },
  pipeline: { pipeline: 'shop' },
  exactly_once: { pipeline: 'shop', exactly_once: true },
};

const FAULTS = {
  'a COPY that is refused': [/^COPY/, { kind: 'error', sqlstate: '22000', message: 'no' }],
  'a lost connection': [/^COPY "[^"]*"\."a"/, { kind: 'drop-before' }],
  'an INSERT that is refused': [
    /^INSERT INTO "[^"]*"\."u"/,
    { kind: 'error', sqlstate: '22000', message: 'no' },
  ],
} as const;

describe('a group that fails', () => {
  for (const [name, options] of Object.entries(OPTIONS))
    for (const [what, [pattern, fault]] of Object.entries(FAULTS))
      it(`because of ${what} leaves nothing in S3 with ${name}`, async () => {
        const place = await newPlace();
        faults.sql = ({ sql }) => (pattern.test(sql) ? fault : undefined);
        const config = place.configFile({ ...options, batch_size_rows: 1, max_load_attempts: 1 });
        const { code, stdout } = await runHere(['--config', config], INPUT);
        expect({ code, stdout }).to.deep.equal({ code: 1, stdout: '' });
        expect(await place.objects()).to.deep.equal([]);
      });
});
