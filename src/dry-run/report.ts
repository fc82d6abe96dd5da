/** A plan as text for people and as JSON for programs. Secrets are masked in both. */
import { count } from '../amounts.ts';
import { printable, printableLines } from '../printable.ts';
import { typeSql } from '../table/types.ts';
import type { PlannedLoad } from './planned.ts';

export interface PlanReport {
  readonly loads: readonly PlannedLoad[];
  /** Why the run would end before all of the input is read. */
  readonly refusal: string | undefined;
}

export function asText({ loads, refusal }: PlanReport): string {
  const end = refusal === undefined ? [] : [`The run would fail here: ${printable(refusal)}`];
  return [...loads.map(loadText), ...end].join('\n\n');
}

function loadText(load: PlannedLoad): string {
  const { stream, target, columns, changes, steps, then, refusal } = load;
  return [
    `stream "${printable(stream)}" into "${printable(target.schema)}"."${printable(target.table)}": ${methodText(load)}`,
    '  columns',
    ...table(
      columns.map(({ name, type, isKey, maxBytes }) => [
        `"${printable(name)}"`,
        typeSql(type),
        [
          ...(isKey ? ['key'] : []),
          ...(type.kind === 'varchar' ? [`widest value ${count(maxBytes, 'byte')}`] : []),
        ].join(', '),
      ]),
    ),
    ...(refusal === undefined ? [] : [`  rejected: ${printable(refusal)}`]),
    changes.length === 0 ? '  the table needs no change' : '  changes of the table',
    ...changes.flatMap(({ why, sql }) => [
      `    -- ${printable(why)}`,
      ...sql.map(({ safe }) => `    ${printable(safe)};`),
    ]),
    ...(steps.length === 0 ? [] : ['  each batch']),
    ...steps.flatMap(({ what, sql }) => [`    -- ${printable(what)}`, `    ${printable(sql.safe)};`]),
    ...then.map((what) => `  then ${printable(what)}`),
  ].join('\n');
}

function methodText({ method, keyProperties, rows, batches }: PlannedLoad): string {
  if (method === undefined) return 'no rows';
  const keys =
    method === 'append'
      ? ''
      : ` by ${keyProperties.map((key) => printableLines(JSON.stringify(key))).join(', ')}`;
  return `${method}${keys}, ${count(rows, 'row')} in ${count(batches, 'batch', 'batches')}`;
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = [0, 1].map((i) => Math.max(...rows.map((row) => row[i]?.length ?? 0)));
  return rows.map((row) => `    ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd());
}

export function asJson({ loads, refusal }: PlanReport): string {
  const shown = loads.map(({ stream, target, method, keyProperties, rows, batches, ...load }) => ({
    stream,
    schema: target.schema,
    table: target.table,
    method: method ?? null,
    key_properties: keyProperties,
    rows,
    batches,
    columns: load.columns.map(({ name, property, type, isKey, maxBytes }) => ({
      name,
      property,
      type: typeSql(type),
      is_key: isKey,
      ...(type.kind === 'varchar' ? { max_bytes: maxBytes } : {}),
    })),
    changes: load.changes.map(({ why, sql }) => ({
      why,
      sql: sql.map(({ safe }) => safe),
    })),
    steps: load.steps.map(({ what, sql }) => ({ what, sql: sql.safe })),
    then: load.then,
    refusal: load.refusal ?? null,
  }));
  return printableLines(JSON.stringify({ loads: shown, refusal: refusal ?? null }, undefined, 2));
}
