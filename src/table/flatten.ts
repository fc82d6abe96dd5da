/** The properties of a schema that become columns: all of them, or, flattened, the leaves of nested objects. */
import type { Json, JsonObject } from '../protocol/json.ts';
import { isObject, shapesOf, type Shapes } from './shapes.ts';
import { typeNames } from './typing.ts';

/** A property with a column of its own; `path` is longer than one inside flattened objects. */
export interface Leaf {
  readonly path: readonly string[];
  readonly shapes: Shapes;
}

export interface FlattenOptions {
  /** How many levels of objects are flattened; 0 for none. */
  readonly depth: number;
  /** More leaves are not looked for: there is no table for them. */
  readonly maxLeaves: number;
  /** Whether the property at the path is one column in any case. */
  readonly staysWhole: (path: readonly string[]) => boolean;
}

/** In the order of the schema. Recursive objects, and those below `depth` levels, stay whole. */
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

/** The properties of what is always an object (or null), those of all alternatives; undefined for anything else. */
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
