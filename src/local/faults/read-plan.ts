/** Reads a plan of faults from JSON, and reports each part that it does not understand in a sentence. */
import type { FaultPlan } from './plan.ts';
import { S3_OPERATIONS } from '../s3/http/request.ts';
import { LocalWarehouseError } from '../warehouse-error.ts';

type Kind = 'text' | 'texts' | 'number' | 'occasion';

const S3_COMMON = { on: 'texts', nth: 'occasion', bucket: 'text', key: 'text' } as const;
const SQL_COMMON = { on: 'texts', nth: 'occasion', text: 'text' } as const;

type Members = Readonly<Record<string, Kind>>;

/** The first words of the commands of SQL that a fault can wait for. */
const SQL_COMMANDS = [
  ...['ALTER', 'ANALYZE', 'BEGIN', 'CANCEL', 'CLOSE', 'COMMENT', 'COMMIT', 'COPY', 'CREATE', 'DEALLOCATE'],
  ...['DECLARE', 'DELETE', 'DROP', 'EXECUTE', 'EXPLAIN', 'FETCH', 'GRANT', 'INSERT', 'LOCK', 'MERGE'],
  ...['PREPARE', 'RESET', 'REVOKE', 'ROLLBACK', 'SELECT', 'SET', 'SHOW', 'START', 'TRUNCATE', 'UPDATE'],
  'VACUUM',
];

/** What `on` can name: whole operations of S3, and commands of SQL by their first word. */
const NAMES: Readonly<Record<'s3' | 'sql', readonly string[]>> = { s3: S3_OPERATIONS, sql: SQL_COMMANDS };

/** The faults and what each needs; `?` ends what it may leave out. */
const S3_FAULTS: Readonly<Record<string, Members>> = {
  'slow-down': {},
  'internal-error': {},
  'access-denied': {},
  error: { status: 'number', code: 'text' },
  reset: {},
  delay: { ms: 'number' },
  slow: { bytesPerSecond: 'number' },
  truncate: { bytes: 'number' },
};
const SQL_FAULTS: Readonly<Record<string, Members>> = {
  'drop-before': {},
  'drop-after': {},
  stall: { ms: 'number' },
  'stall-after': { ms: 'number' },
  'black-hole': {},
  'black-hole-after': {},
  'commit-answers-rollback': {},
  'serialization-failure': {},
  error: { sqlstate: 'text', message: 'text', 'detail?': 'text' },
  'permission-denied': { object: 'text' },
  'copy-reports-fewer': { rows: 'number' },
  'copy-answers-at-once': { rows: 'number' },
};

const KINDS: Readonly<Record<Kind, { readonly name: string; readonly holds: (value: unknown) => boolean }>> =
  {
    text: { name: 'a text', holds: (value) => typeof value === 'string' },
    texts: {
      name: 'a text or a list of texts',
      holds: (value) => [value].flat().every((one) => typeof one === 'string'),
    },
    number: { name: 'a number of 0 or more', holds: (value) => typeof value === 'number' && value >= 0 },
    occasion: {
      name: 'a number from 1, "every", or a pair of such numbers',
      holds: (value) => value === 'every' || isCount(value) || (Array.isArray(value) && isPair(value)),
    },
  };

type Endpoint = 's3' | 'sql';

/** What every order of a place may say, and its faults. */
const FORMS: Readonly<
  Record<Endpoint, { readonly common: Members; readonly faults: Readonly<Record<string, Members>> }>
> = {
  s3: { common: S3_COMMON, faults: S3_FAULTS },
  sql: { common: SQL_COMMON, faults: SQL_FAULTS },
};

/** @throws Error with every problem, one sentence each in a line of its own. */
export function readFaultPlan(value: unknown): FaultPlan {
  const problems: string[] = [];
  if (!isRecord(value)) throw new LocalWarehouseError('a plan of faults is an object with "s3" and "sql"');
  for (const name of Object.keys(value)) {
    if (name !== 's3' && name !== 'sql')
      problems.push(`there is no "${name}"${nearest(name, ['s3', 'sql'])}`);
  }
  check(value['s3'], 's3', problems);
  check(value['sql'], 'sql', problems);
  if (problems.length > 0) throw new LocalWarehouseError(problems.join('\n'));
  return value;
}

function check(orders: unknown, endpoint: Endpoint, problems: string[]): void {
  if (orders === undefined) return;
  if (!Array.isArray(orders)) {
    problems.push(`${endpoint} is no list`);
    return;
  }
  for (const [at, order] of (orders as unknown[]).entries()) {
    const where = `${endpoint}[${at}]`;
    if (!isRecord(order)) problems.push(`${where} is no object`);
    else {
      checkOrder(order, where, endpoint, problems);
      checkNames(order['on'], where, endpoint, problems);
    }
  }
}

function checkOrder(
  order: Readonly<Record<string, unknown>>,
  where: string,
  endpoint: Endpoint,
  problems: string[],
): void {
  const { common, faults } = FORMS[endpoint];
  const { fault } = order;
  const own = typeof fault === 'string' ? faults[fault] : undefined;
  if (own === undefined) {
    const near = typeof fault === 'string' ? nearest(fault, Object.keys(faults)) : '';
    const given = fault === undefined ? 'has no "fault"' : `has no fault ${JSON.stringify(fault)}`;
    problems.push(`${where} ${given}${near || `; there are ${Object.keys(faults).join(', ')}`}`);
    return;
  }
  const members = new Map<string, Kind>(Object.entries({ ...common, ...own }));
  for (const [name, kind] of [...members]) {
    if (name.endsWith('?')) {
      members.delete(name);
      members.set(name.slice(0, -1), kind);
    } else if (name in own && !(name in order)) {
      problems.push(`${where} needs "${name}", ${KINDS[kind].name}`);
    }
  }
  for (const [name, value] of Object.entries(order)) {
    if (name === 'fault') continue;
    const kind = members.get(name);
    if (kind === undefined)
      problems.push(`${where} has an unknown "${name}"${nearest(name, [...members.keys()])}`);
    else if (!KINDS[kind].holds(value)) problems.push(`${where}: "${name}" is not ${KINDS[kind].name}`);
  }
}

/** A name that nothing has would never strike, and the test that waits for it would pass. */
function checkNames(on: unknown, where: string, place: 's3' | 'sql', problems: string[]): void {
  for (const given of [on].flat()) {
    if (typeof given !== 'string') continue;
    const name = place === 'sql' ? (given.split(' ')[0] ?? '') : given;
    if (NAMES[place].some((known) => known.toLowerCase() === name.toLowerCase())) continue;
    const what = place === 'sql' ? 'command' : 'operation';
    problems.push(`${where}: there is no ${what} "${given}"${nearest(name, NAMES[place])}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

function isPair(value: readonly unknown[]): boolean {
  return value.length === 2 && value.every(isCount) && Number(value[0]) <= Number(value[1]);
}

/** `; did you mean "x"?` for the nearest name, if one is near. */
function nearest(name: string, names: readonly string[]): string {
  const near = names
    .map((candidate) => ({ candidate, far: distance(name.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.far - b.far)[0];
  return near && near.far <= Math.max(2, name.length / 3) ? `; did you mean "${near.candidate}"?` : '';
}

/** How many letters must be put in, left out or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + Number(a[i - 1] !== b[j - 1]);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
