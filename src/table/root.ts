/** The properties of the schema of a stream, directly or through `$ref`, allOf, anyOf and oneOf. */
import { InputError } from '../errors.ts';
import type { Json, JsonObject } from '../protocol/json.ts';
import { isCombined, isObject, shapesOf } from './shapes.ts';
import { typeNames } from './typing.ts';

/** The properties of all alternatives: a record has those of one, and NULL in the others. Throws InputError if there are none. */
export function propertiesOf(stream: string, schema: JsonObject): JsonObject {
  const own = schema.get('properties');
  if (!isCombined(schema)) return isObject(own) ? own : refuse(stream);
  const { shapes, notes } = shapesOf(schema, schema);
  const found = new Map<string, Json[]>();
  const all = shapes
    .filter(mayBeRecord)
    .map((shape) => shape.get('properties'))
    .filter(isObject);
  if (all.length === 0) refuse(stream, notes);
  for (const properties of all) {
    for (const [name, definition] of properties) {
      const others = found.get(name) ?? [];
      if (!others.includes(definition)) found.set(name, [...others, definition]);
    }
  }
  return new Map([...found].map(([name, definitions]) => [name, anyOf(definitions)]));
}

/** Whether the shape allows objects, which records are. */
function mayBeRecord(shape: JsonObject): boolean {
  return !shape.has('type') || typeNames(shape).includes('object');
}

function anyOf(definitions: readonly Json[]): Json {
  const [only = null, ...others] = definitions;
  return others.length === 0 ? only : new Map([['anyOf', definitions]]);
}

function refuse(stream: string, notes: readonly string[] = []): never {
  const why = notes.length === 0 ? '' : ` (${notes.join('; ')})`;
  throw new InputError(
    `Cannot use the schema of stream "${stream}": it is missing required "properties"${why}`,
    { stream },
  );
}
