/** The properties of a schema that become columns: all of them or, with flattening, the leaves of nested objects. */
import type { Json, JsonObject } from '../protocol/json.ts';
import { isObject, shapesOf, type Shapes } from './shapes.ts';
import { typeNames } from './typing.ts';

/** A property with its own column. `path` has more than one step inside flattened objects. */
export interface Leaf {
  readonly path: readonly string[];
  readonly shapes: Shapes;
}

export interface FlattenOptions {
  /** How many levels of objects are flattened; 0 for none. */
  readonly depth: number;
  /** The search stops after this many leaves, because no table has room for more. */
  readonly maxLeaves: number;
  /** Whether the property at the path is always one column. */
  readonly staysWhole: (path: readonly string[]) => boolean;
}

/** In the order of the schema. Recursive objects, and those below `depth` levels, are not flattened. */
export function leavesOf(
  schema: JsonObject,
  properties: JsonObject,
  { depth, maxLeaves, staysWhole }: FlattenOptions,
): readonly Leaf[] {
  const leaves: Leaf[] = [];
  const add = (path: readonly string[], definition: Json, references: ReadonlySet<string>): void => {
    if (path.length > 1 && leaves.length > maxLeaves) return;
    const shapes = shapesOf(definition, schema, references);
    const inner = path.length > depth || staysWhole(path) ? undefined : innerProperties(shapes.shapes);
    if (!inner) leaves.push({ path, shapes });
    else for (const [name, one] of inner) add([...path, name], one, shapes.references);
  };
  for (const [property, definition] of properties) add([property], definition, new Set());
  return leaves;
}

/** The properties of all alternatives of a value that is always an object (or null); undefined for anything else. */
function innerProperties(shapes: readonly JsonObject[]): JsonObject | undefined {
  const found = new Map<string, Json[]>();
  for (const shape of shapes) {
    const names = typeNames(shape);
    if (names.length === 0) continue;
    const properties = shape.get('properties');
    if (names.some((name) => name !== 'object') || !isObject(properties) || properties.size === 0)
      return undefined;
    for (const [name, definition] of properties) found.set(name, [...(found.get(name) ?? []), definition]);
  }
  if (found.size === 0) return undefined;
  return new Map([...found].map(([name, definitions]) => [name, oneOf(definitions)]));
}

function oneOf(definitions: readonly Json[]): Json {
  const [only = null, ...others] = definitions;
  return others.length === 0 ? only : new Map([['anyOf', definitions]]);
}
