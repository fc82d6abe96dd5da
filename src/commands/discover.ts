/** `--discover`: the tables of the target schemas as a Singer catalog, with schemas that would give the same columns. */
import type { Config } from '../config/options.ts';
import { schemasOf } from '../config/schemas.ts';
import type { Session, Warehouse } from '../ports.ts';
import type { ColumnType, StoredColumn } from '../table/types.ts';
import { RESERVED_PREFIX } from '../table/names.ts';
import { notedKeys } from '../table/comment.ts';
import { readComments, readDesigns, readRowEstimates, readTables } from '../warehouse/catalog.ts';

export async function discover(warehouse: Warehouse, config: Config): Promise<string> {
  return warehouse.session(async (session) => {
    const streams: object[] = [];
    for (const schema of schemasOf(config)) streams.push(...(await streamsOf(session, schema)));
    return `${JSON.stringify({ streams }, undefined, 2)}\n`;
  });
}

async function streamsOf(session: Session, schema: string): Promise<object[]> {
  const tables = await readTables(session, schema);
  if (tables.size === 0) return [];
  const comments = await readComments(session, schema);
  const designs = await readDesigns(session, schema);
  const rows = await readRowEstimates(session, schema);
  return [...tables]
    .filter(([table]) => !table.startsWith(RESERVED_PREFIX))
    .map(([table, columns]) => {
      const keys = notedKeys(comments.get(table)) ?? [];
      return {
        tap_stream_id: `${schema}-${table}`,
        stream: table,
        table_name: table,
        key_properties: keys,
        schema: { type: 'object', properties: propertiesOf(columns) },
        metadata: [
          {
            breadcrumb: [],
            metadata: {
              'schema-name': schema,
              'table-key-properties': keys,
              inclusion: 'available',
              ...(rows.has(table) ? { 'row-count': rows.get(table) } : {}),
              ...designs.get(table),
            },
          },
          ...columns.map(({ name, typeText }) => ({
            breadcrumb: ['properties', name],
            metadata: { inclusion: 'available', 'sql-datatype': typeText },
          })),
        ],
      };
    });
}

function propertiesOf(columns: readonly StoredColumn[]): object {
  return Object.fromEntries(columns.map(({ name, type, typeText }) => [name, propertyOf(type, typeText)]));
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
