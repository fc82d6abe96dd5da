/** `--discover`: the tables of the target schema as a Singer catalog, with the schemas that a loader would derive them from. */
import type { Config } from '../config/options.ts';
import type { Warehouse } from '../ports.ts';
import type { ColumnType, StoredColumn } from '../table/types.ts';
import { RESERVED_PREFIX } from '../table/names.ts';
import { notedKeys } from '../table/comment.ts';
import { readComments, readTables } from '../warehouse/catalog.ts';

export async function discover(warehouse: Warehouse, { target_schema }: Config): Promise<string> {
  return warehouse.session(async (session) => {
    const tables = await readTables(session, target_schema);
    const comments = await readComments(session, target_schema);
    const streams = [...tables]
      .filter(([table]) => !table.startsWith(RESERVED_PREFIX))
      .map(([table, columns]) => streamOf(target_schema, table, columns, comments.get(table)));
    return `${JSON.stringify({ streams }, undefined, 2)}\n`;
  });
}

function streamOf(
  schema: string,
  table: string,
  columns: readonly StoredColumn[],
  comment: string | undefined,
): object {
  const keys = notedKeys(comment) ?? [];
  const properties = Object.fromEntries(
    columns.map(({ name, type, typeText }) => [name, propertyOf(type, typeText)]),
  );
  const breadcrumbs = columns.map(({ name, typeText }) => ({
    breadcrumb: ['properties', name],
    metadata: { inclusion: 'available', 'sql-datatype': typeText },
  }));
  return {
    tap_stream_id: `${schema}-${table}`,
    stream: table,
    table_name: table,
    key_properties: keys,
    schema: { type: 'object', properties },
    metadata: [
      {
        breadcrumb: [],
        metadata: { 'schema-name': schema, 'table-key-properties': keys, inclusion: 'available' },
      },
      ...breadcrumbs,
    ],
  };
}

function propertyOf(type: ColumnType | undefined, typeText: string): object {
  switch (type?.kind) {
    case undefined:
      return { type: ['null', 'string'], description: typeText };
    case 'smallint':
    case 'integer':
    case 'bigint':
      return { type: ['null', 'integer'] };
    case 'numeric':
      return { type: ['null', 'number'], multipleOf: Number(`1e-${type.scale}`) };
    case 'real':
    case 'double':
      return { type: ['null', 'number'] };
    case 'boolean':
      return { type: ['null', 'boolean'] };
    case 'varchar':
      return { type: ['null', 'string'], maxLength: type.bytes };
    case 'date':
      return { type: ['null', 'string'], format: 'date' };
    case 'time':
      return { type: ['null', 'string'], format: 'time' };
    case 'timetz':
      return { type: ['null', 'string'], format: 'time', 'x-sql-datatype': 'timetz' };
    case 'timestamp':
    case 'timestamptz':
      return { type: ['null', 'string'], format: 'date-time' };
    case 'varbyte':
      return { type: ['null', 'string'], contentEncoding: 'base16' };
    case 'super':
      return { type: ['null', 'object', 'array', 'string', 'number', 'boolean'] };
  }
}
