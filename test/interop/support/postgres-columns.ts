/** Columns of PostgreSQL for tables with a type in each. */
import { type Comparison, json, number } from './comparison.ts';

const ISO = `'YYYY-MM-DD"T"HH24:MI:SS.US'`;

/** Columns that both taps of PostgreSQL send in the same way. The schema has the type `mood`. */
export const commonColumns = (schema: string): readonly Comparison[] => [
  { column: 'id', type: 'int' },
  { column: 'region', type: 'varchar(8)' },
  { column: 'small', type: 'smallint' },
  { column: 'whole', type: 'int' },
  { column: 'big', type: 'bigint' },
  { column: 'single', type: 'real', alike: number },
  { column: 'double', type: 'double precision', alike: number },
  { column: 'yes', type: 'boolean' },
  { column: 'words', type: 'text' },
  { column: 'short', type: 'varchar(10)' },
  { column: 'padded', type: 'char(5)' },
  { column: 'day', type: 'date', target: 'day::date' },
  { column: 'clock', type: 'time' },
  {
    column: 'moment',
    type: 'timestamp',
    source: `to_char(moment, ${ISO})`,
    target: `to_char(moment, ${ISO})`,
  },
  {
    column: 'instant',
    type: 'timestamptz',
    source: `to_char(instant AT TIME ZONE 'UTC', ${ISO})`,
    target: `to_char(instant, ${ISO})`,
  },
  { column: 'ident', type: 'uuid' },
  { column: 'doc', type: 'json', alike: json },
  { column: 'docb', type: 'jsonb', alike: json },
  { column: 'address', type: 'inet' },
  { column: 'net', type: 'cidr' },
  { column: 'feeling', type: `${schema}.mood` },
  { column: 'cash', type: 'money' },
  { column: 'changed_at', type: 'timestamptz NOT NULL' },
];
