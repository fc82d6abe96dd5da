/**
 * The column type of a property from the JSON Schema of an Airbyte stream. Sources: RedshiftTableSchemaMapper and
 * JsonSchemaToAirbyteType of destination-redshift 4, and WellKnownTypes of airbyte-protocol 0.18.0, so that the tables of that
 * destination can be used.
 */
import type { Json, JsonObject } from '../protocol/json.ts';
import { MAX_VARCHAR_BYTES, type ColumnType, type Form } from './types.ts';

export interface AirbyteTyping {
  readonly type: ColumnType;
  readonly form?: Form;
}

const TEXT: AirbyteTyping = { type: { kind: 'varchar', bytes: MAX_VARCHAR_BYTES } };
/** Several types: the value as JSON, in which `"1"` and `1` differ. */
const UNION: AirbyteTyping = { ...TEXT, form: 'json' };
const INTEGER: AirbyteTyping = { type: { kind: 'bigint' } };
const NUMBER: AirbyteTyping = { type: { kind: 'numeric', precision: 38, scale: 9 }, form: 'rounded' };
const BOOLEAN: AirbyteTyping = { type: { kind: 'boolean' }, form: 'bare' };
const NESTED: AirbyteTyping = { type: { kind: 'super' } };

const WELL_KNOWN: Readonly<Record<string, AirbyteTyping>> = {
  String: TEXT,
  BinaryData: TEXT,
  Boolean: BOOLEAN,
  Integer: INTEGER,
  Number: NUMBER,
  Date: { type: { kind: 'date' } },
  TimestampWithTimezone: { type: { kind: 'timestamptz' } },
  TimestampWithoutTimezone: { type: { kind: 'timestamp' } },
  TimeWithTimezone: { type: { kind: 'timetz' } },
  TimeWithoutTimezone: { type: { kind: 'time' } },
};

const REFERENCE = /^WellKnownTypes\.json#\/definitions\/(\w+)$/;

/** An unknown type becomes a string column that stores any value. */
export function airbyteTyping(definition: Json): AirbyteTyping {
  if (!(definition instanceof Map)) return TEXT;
  const schema = definition as JsonObject;
  const reference = REFERENCE.exec(textOf(schema, '$ref') ?? '')?.[1];
  if (reference !== undefined) return WELL_KNOWN[reference] ?? TEXT;
  const alternatives = schema.get('oneOf') ?? schema.get('anyOf') ?? null;
  if (Array.isArray(alternatives) && !schema.has('type')) return union(alternatives as readonly Json[]);
  const types = typesOf(schema);
  return types.length > 1 ? united(types.map((type) => named(type, schema))) : named(types[0], schema);
}

/** Alternatives that allow only null are ignored. */
function union(alternatives: readonly Json[]): AirbyteTyping {
  const others = alternatives.filter(
    (one) => !(one instanceof Map && one.has('type') && typesOf(one as JsonObject).length === 0),
  );
  return united(others.map(airbyteTyping));
}

function united([first = TEXT, ...others]: readonly AirbyteTyping[]): AirbyteTyping {
  const text = JSON.stringify(first);
  return others.every((one) => JSON.stringify(one) === text) ? first : UNION;
}

function typesOf(schema: JsonObject): readonly (Json | undefined)[] {
  const declared = schema.get('type');
  const all = Array.isArray(declared) ? (declared as readonly Json[]) : [declared];
  return [...new Set(all)].filter((type) => type !== 'null');
}

function named(type: Json | undefined, schema: JsonObject): AirbyteTyping {
  switch (type) {
    case 'boolean':
      return BOOLEAN;
    case 'integer':
      return INTEGER;
    case 'number':
      return textOf(schema, 'airbyte_type') === 'integer' ? INTEGER : NUMBER;
    case 'object':
    case 'array':
      return NESTED;
    case 'string':
      return stringTyping(textOf(schema, 'format'), textOf(schema, 'airbyte_type'));
    default:
      return TEXT;
  }
}

function stringTyping(format: string | undefined, airbyteType: string | undefined): AirbyteTyping {
  switch (format) {
    case 'date':
      return { type: { kind: 'date' } };
    case 'time':
      return { type: { kind: airbyteType === 'time_without_timezone' ? 'time' : 'timetz' } };
    case 'date-time':
      return { type: { kind: airbyteType === 'timestamp_without_timezone' ? 'timestamp' : 'timestamptz' } };
    default:
      return TEXT;
  }
}

function textOf(schema: JsonObject, key: string): string | undefined {
  const value = schema.get(key);
  return typeof value === 'string' ? value : undefined;
}
