/** Every pair of a wanted and an existing type that is accepted: the value that is read back is the value that was sent, or the record is refused. */
import { expect } from 'chai';
import { InputError, LoadError } from '../../src/errors.ts';
import { resolveColumns } from '../../src/table/resolve.ts';
import { CHANGE_KINDS, type ChangeKind } from '../../src/table/settings.ts';
import { parseType } from '../../src/table/type-text.ts';
import { runHere } from '../support/in-process.ts';
import { newPlace } from '../support/warehouse.ts';

const REFUSED = undefined;

/** The table stays as it is. */
const NEVER = Object.fromEntries(CHANGE_KINDS.map((kind) => [kind, 'fail'])) as Record<ChangeKind, 'fail'>;

/** Existing type, wanted type, the value as JSON, the text that is read back. */
const VALUES: readonly (readonly [string, string, string, string | undefined])[] = [
  ['smallint', 'smallint', '-32768', '-32768'],
  ['smallint', 'integer', '1.0', '1'],
  ['smallint', 'bigint', '32767', '32767'],
  ['smallint', 'bigint', '32768', REFUSED],
  ['integer', 'smallint', '"7"', '7'],
  ['integer', 'integer', '1e3', '1000'],
  ['integer', 'bigint', '-2147483648', '-2147483648'],
  ['integer', 'bigint', '2147483648', REFUSED],
  ['bigint', 'smallint', '-0', '0'],
  ['bigint', 'integer', '2147483648', '2147483648'],
  ['bigint', 'bigint', '9223372036854775807', '9223372036854775807'],
  ['bigint', 'bigint', '9223372036854775808', REFUSED],
  ['bigint', 'bigint', '1.5', REFUSED],
  ['numeric(18,2)', 'smallint', '1', '1.00'],
  ['numeric(18,2)', 'integer', '-1', '-1.00'],
  ['numeric(18,2)', 'bigint', '9999999999999999', '9999999999999999.00'],
  ['numeric(18,2)', 'bigint', '10000000000000000', REFUSED],
  ['numeric(18,2)', 'numeric(38,9)', '1.10', '1.10'],
  ['numeric(18,2)', 'numeric(38,9)', '1.005', REFUSED],
  ['numeric(19,0)', 'numeric(38,0)', '9223372036854775807', '9223372036854775807'],
  ['numeric(19,0)', 'numeric(38,0)', '9223372036854775808', REFUSED],
  ['real', 'real', '0.1', '0.1'],
  ['real', 'real', '1e38', REFUSED],
  ['double precision', 'real', '0.1', '0.1'],
  ['double precision', 'double precision', '1e-300', '1e-300'],
  ['double precision', 'double precision', '1e400', REFUSED],
  ['double precision', 'double precision', 'NaN', REFUSED],
  ['double precision', 'smallint', '7', '7'],
  ['double precision', 'integer', '-2147483648', '-2147483648'],
  ['double precision', 'bigint', '9007199254740992', '9.00719925474099e+15'],
  ['double precision', 'bigint', '9007199254740993', REFUSED],
  ['double precision', 'bigint', '0.5', REFUSED],
  ['boolean', 'boolean', 'false', 'f'],
  ['boolean', 'boolean', '"true"', 't'],
  ['boolean', 'boolean', '1', 't'],
  ['boolean', 'boolean', '2', REFUSED],
  ['date', 'date', '"2024-02-29"', '2024-02-29'],
  ['date', 'date', '"2024-02-29T00:00:00Z"', '2024-02-29'],
  ['date', 'date', '"2024-02-29T10:00:00Z"', REFUSED],
  ['date', 'date', '"today"', REFUSED],
  ['time', 'time', '"12:00:00.123456"', '12:00:00.123456'],
  ['time', 'time', '"12:00:00+02:00"', REFUSED],
  ['time', 'timetz', '"12:00:00Z"', '12:00:00'],
  ['time', 'timetz', '"12:00:00+02:00"', REFUSED],
  ['timetz', 'time', '"12:00:00+02:00"', '12:00:00+02'],
  ['timetz', 'timetz', '"12:00:00.5-03:30"', '12:00:00.5-03:30'],
  ['timetz', 'timetz', '"12:00:00"', '12:00:00+00'],
  ['timestamp', 'timestamp', '"2024-01-01 00:00:00"', '2024-01-01 00:00:00'],
  ['timestamp', 'timestamptz', '"2024-01-01T00:00:00+02:00"', '2023-12-31 22:00:00'],
  ['timestamp', 'timestamptz', '"0000-00-00"', REFUSED],
  ['timestamp', 'date', '"2024-02-29"', '2024-02-29 00:00:00'],
  ['timestamp', 'date', '"2024-02-29T10:00:00Z"', REFUSED],
  ['timestamptz', 'date', '"2024-02-29T00:00:00Z"', '2024-02-29 00:00:00+00'],
  ['timestamptz', 'timestamp', '"2024-01-01T00:00:00"', '2024-01-01 00:00:00+00'],
  ['timestamptz', 'timestamptz', '"2024-01-01T00:00:00.5+02:00"', '2023-12-31 22:00:00.5+00'],
  ['varbyte(4)', 'varbyte', '"0x00fF"', '00ff'],
  ['varbyte(4)', 'varbyte', '"xy"', REFUSED],
  ['varchar(3)', 'smallint', '1', '1'],
  ['varchar(3)', 'integer', '12', '12'],
  ['varchar(3)', 'bigint', '1234567890123', '1234567890123'],
  ['varchar(3)', 'numeric(38,9)', '1.10', '1.10'],
  ['varchar(3)', 'real', '0.1', '0.1'],
  ['varchar(3)', 'double precision', '1E-3', '1E-3'],
  ['varchar(3)', 'boolean', 'true', 'true'],
  ['varchar(3)', 'varchar', '" a "', ' a '],
  ['varchar(3)', 'date', '"2024-02-29"', '2024-02-29'],
  ['varchar(3)', 'time', '"12:00Z"', '12:00Z'],
  ['varchar(3)', 'timetz', '"12:00+01"', '12:00+01'],
  ['varchar(3)', 'timestamp', '"2024-01-01T00:00:00"', '2024-01-01T00:00:00'],
  ['varchar(3)', 'timestamptz', '"2024-01-01T00:00:00+02:00"', '2024-01-01T00:00:00+02:00'],
  ['varchar(3)', 'varbyte', '"0x00fF"', '0x00fF'],
  ['varchar(3)', 'super', '{"b": 1.10, "a": []}', '{"b":1.10,"a":[]}'],
  ['super', 'smallint', '1', '1'],
  ['super', 'integer', '12', '12'],
  ['super', 'bigint', '1234567890123', '1234567890123'],
  ['super', 'numeric(38,9)', '1.10', '1.10'],
  ['super', 'real', '0.1', '0.1'],
  ['super', 'double precision', '0.5', '0.5'],
  ['super', 'boolean', 'true', 'true'],
  ['super', 'varchar', '" a "', '" a "'],
  ['super', 'date', '"2024-02-29"', '"2024-02-29"'],
  ['super', 'time', '"12:00Z"', '"12:00Z"'],
  ['super', 'timetz', '"12:00+01"', '"12:00+01"'],
  ['super', 'timestamp', '"2024-01-01T00:00:00"', '"2024-01-01T00:00:00"'],
  ['super', 'timestamptz', '"2024-01-01T00:00:00+02:00"', '"2024-01-01T00:00:00+02:00"'],
  ['super', 'varbyte', '"0x00fF"', '"0x00fF"'],
  ['super', 'super', '[1, {"a": null}]', '[1,{"a":null}]'],
];

describe('columns that exist', function () {
  this.timeout(60_000);

  it('hold every accepted value as it was sent', async () => {
    const place = await newPlace();
    await place.query(`CREATE SCHEMA ${place.schema}`);
    // One table for each existing type, with one column and one record for each of its values.
    const tables = new Map<string, (typeof VALUES)[number][]>();
    for (const one of VALUES) tables.set(one[0], [...(tables.get(one[0]) ?? []), one]);
    const input: string[] = [];
    const names = new Map([...tables.keys()].map((existing, i) => [existing, `t${i}`]));
    for (const [existing, values] of tables) {
      const stream = names.get(existing)!;
      const columns = values.map((_, i) => `c${i} ${existing}`);
      await place.query(`CREATE TABLE ${place.schema}.${stream} (${columns.join(', ')})`);
      const properties = Object.fromEntries(
        values.map(([, wanted], i) => [`c${i}`, { 'x-sql-datatype': wanted }]),
      );
      input.push(JSON.stringify({ type: 'SCHEMA', stream, schema: { properties } }));
      values.forEach(([, , value], i) =>
        input.push(`{"type":"RECORD","stream":"${stream}","record":{"c${i}":${value}}}`),
      );
    }
    // The table stays as it is but for the widths of texts; what it cannot hold is invalid.
    const config = place.configFile({
      on_invalid: 'quarantine',
      schema_changes: { retype_column: 'ignore', split_column: 'ignore' },
    });
    const { code, stderr } = await runHere(['--config', config], `${input.join('\n')}\n`);
    expect(code, stderr).to.equal(0);
    const found: (readonly [string, string, string, string | null | undefined])[] = [];
    for (const [existing, values] of tables) {
      const columns = values.map((_, i) => `c${i}`);
      const rows = await place.query(
        `SELECT ${columns.join(', ')} FROM ${place.schema}.${names.get(existing)!}`,
      );
      values.forEach(([, wanted, value], i) => {
        found.push([existing, wanted, value, rows.find((row) => row[i] !== null)?.[i]]);
      });
      const accepted = values.filter(([, , , text]) => text !== REFUSED);
      expect(rows.length, `rows of ${existing}`).to.equal(accepted.length);
    }
    expect(found).to.have.deep.members(VALUES);
  });

  it('are tried with every type that they may be wanted as', () => {
    const types = [...new Set(VALUES.flatMap(([existing, wanted]) => [existing, wanted]))];
    const kind = (text: string): string => parseType(text)!.kind;
    const tried = new Set(VALUES.map(([existing, wanted]) => `${kind(wanted)} in ${kind(existing)}`));
    const accepted = types.flatMap((wanted) =>
      types
        .filter((existing) => isAccepted(wanted, existing))
        .map((existing) => `${kind(wanted)} in ${kind(existing)}`),
    );
    expect([...new Set(accepted)]).to.have.members([...tried]);
  });
});

function isAccepted(wanted: string, existing: string): boolean {
  const source = { kind: 'property', path: ['a'] } as const;
  const column = { property: 'a', source, name: 'a', type: parseType(wanted)!, isKey: false };
  const stored = {
    name: 'a',
    type: parseType(existing),
    typeText: existing,
    nullable: true,
    hasDefault: false,
    comment: undefined,
  };
  try {
    const fate = { isDiscarded: () => false, canBecome: () => true, overflowing: new Set<string>() };
    resolveColumns({ stream: 's', table: 't', policies: NEVER, ...fate }, [column], [stored]);
    return true;
  } catch (error) {
    if (error instanceof LoadError || error instanceof InputError) return false;
    throw error;
  }
}
