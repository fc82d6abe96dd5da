/**
 * One fault at each kind of statement of a sync, and then the next sync: every row whose state was acknowledged is there exactly as
 * often as it should be, and no other row is lost.
 */
import { expect } from 'chai';
import { faults, newPlace, type Place } from '../support/warehouse.ts';
import {
  catalog,
  record,
  status,
  streamState,
  write,
  type Outcome,
  type StreamWish,
} from '../airbyte/support.ts';

const PROPERTIES = {
  id: { type: 'integer' },
  n: { type: 'integer' },
  _ab_cdc_deleted_at: { type: 'string' },
};
const APPEND: StreamWish = { properties: PROPERTIES };
const KEYED: StreamWish = { properties: PROPERTIES, mode: 'append_dedup', key: ['id'], cursor: 'n' };

/** generation, minimum generation, sync. */
type Ids = readonly [number, number, number];

const OLD = [1, 2];
const NEW = [3, 4, 5];

/** Each record is a batch, with a state after it. */
async function sync(place: Place, wish: StreamWish, ids: Ids, numbers: readonly number[]): Promise<Outcome> {
  const lines = numbers.flatMap((id) => [record({ id, n: id }), streamState(id)]);
  return write(place, catalog({ ...wish, ids }), [...lines, status()], { batch_size_rows: 1 });
}

async function placeWithOldRows(wish: StreamWish): Promise<Place> {
  const place = await newPlace();
  expect((await sync(place, wish, [1, 0, 1], OLD)).code).to.equal(0);
  return place;
}

async function rows(place: Place): Promise<readonly number[]> {
  return (await place.query(`SELECT id FROM ${place.schema}.s ORDER BY 1`)).flat().map(Number);
}

/** What a statement does, without the names and values of this run. */
const kindOf = (sql: string): string =>
  sql
    .replace(/'(?:[^']|'')*'/g, "'…'")
    .replace(/case_\d+|[0-9a-f]{6,}|\d+/g, '#')
    .slice(0, 120);

/** Tells the statements of a sync apart: by what they do, and each COPY and COMMIT by its number too. */
function newNames(): (sql: string) => string {
  const seen = new Map<string, number>();
  return (sql) => {
    const kind = kindOf(sql);
    if (!/^(COPY|COMMIT)\b/.test(kind)) return kind;
    const number = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, number);
    return `${number}: ${kind}`;
  };
}

/** The names of the statements of a sync that writes the new rows, in their order. */
async function statementsOf(wish: StreamWish, ids: Ids): Promise<readonly string[]> {
  const place = await placeWithOldRows(wish);
  const names = new Set<string>();
  const nameOf = newNames();
  faults.sql = ({ sql }) => {
    names.add(nameOf(sql));
    return undefined;
  };
  expect((await sync(place, wish, ids, NEW)).code).to.equal(0);
  faults.sql = () => undefined;
  return [...names];
}

const numberOf = (state: string): number => Number(/"stream_state":(\d+)/.exec(state)?.[1]);

/** How often the number is in the list. */
const times = (numbers: readonly number[], one: number): number =>
  numbers.filter((number) => number === one).length;

/** What is wrong after the fault and the next sync. */
async function problemsAfter(
  wish: StreamWish,
  ids: Ids,
  next: Ids,
  fault: { readonly kind: 'drop-before' | 'drop-after' } | object,
  statement: string,
): Promise<readonly string[]> {
  const place = await placeWithOldRows(wish);
  const nameOf = newNames();
  let wasStruck = false as boolean;
  faults.sql = ({ sql }) => {
    if (nameOf(sql) !== statement || wasStruck) return undefined;
    wasStruck = true;
    return fault as never;
  };
  const { code, states } = await sync(place, wish, ids, NEW);
  faults.sql = () => undefined;
  if (!wasStruck) return ['the statement did not come'];
  const acknowledged = states.map(numberOf);
  const isInOrder = acknowledged.every((number, i) => number === NEW[i]);
  if (!isInOrder) return [`acknowledged ${acknowledged.join()}`];
  if (code === 0 && acknowledged.length < NEW.length) return ['success without all states'];
  const rest = NEW.slice(acknowledged.length);
  const second = code === 0 ? undefined : await sync(place, wish, next, rest);
  if (second && second.code !== 0) return [`the next sync fails: ${second.errors.join()}`];
  const found = await rows(place);
  // Only a sync whose outcome is not known may have added rows without their state.
  const most = wish.mode === 'append_dedup' || code === 0 ? 1 : 2;
  const wrong = [
    ...acknowledged.filter((id) => times(found, id) !== 1),
    ...rest.filter((id) => times(found, id) < 1 || times(found, id) > most),
    // The old rows go with the end of a refresh: of the first sync, or of the next.
    ...(ids[1] > 0 && (code === 0 || next[1] > 0) ? OLD.filter((id) => times(found, id) !== 0) : []),
    ...(ids[1] === 0 ? OLD.filter((id) => times(found, id) !== 1) : []),
    ...(times(found, 1) === times(found, 2) && times(found, 1) <= 1 ? [] : OLD),
  ];
  return wrong.length > 0 ? [`${wrong.join()} of ${found.join()}, acknowledged ${acknowledged.join()}`] : [];
}

describe('a fault at any statement loses and doubles no acknowledged row', () => {
  for (const [title, wish, ids, next] of [
    ['of an append', APPEND, [1, 0, 2], [1, 0, 3]],
    ['of an append_dedup', KEYED, [1, 0, 2], [1, 0, 3]],
    ['of a refresh with append, which the next sync continues', APPEND, [2, 2, 2], [2, 2, 3]],
    ['of a refresh with append_dedup, after which comes a plain sync', KEYED, [2, 2, 2], [2, 0, 3]],
  ] as const) {
    for (const fault of [
      { kind: 'drop-before' },
      { kind: 'drop-after' },
      { kind: 'error', sqlstate: 'XX000', message: 'Disk Full' },
    ]) {
      it(`${title} (${fault.kind})`, async () => {
        const statements = await statementsOf(wish, ids);
        expect(statements.filter((name) => name.endsWith(': COMMIT')).length).to.be.above(2);
        const problems: string[] = [];
        for (const statement of statements) {
          const found = await problemsAfter(wish, ids, next, fault, statement);
          problems.push(...found.map((problem) => `${statement}: ${problem}`));
        }
        expect(problems).to.deep.equal([]);
      }).timeout(600_000);
    }
  }
});
