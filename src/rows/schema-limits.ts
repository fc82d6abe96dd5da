/**
 * Which schemas are not compiled: those that would take memory or stack without measure, and those whose references lead back
 * to themselves without going into the value, so that no check of it would end.
 */
import type { Json, JsonObject } from '../protocol/json.ts';
import { isObject, resolveReference } from '../table/shapes.ts';

/** Schemas in a schema. The code that ajv makes takes some 30 KB for each. */
const MOST_PARTS = 10_000;
/** ajv compiles and checks by recursion. */
export const MOST_LEVELS = 200;

/** The message continues a sentence about the schema. */
export class SchemaLimitError extends Error {
  override readonly name = 'SchemaLimitError';
}

/** Counts the parts of a schema and the levels that they are nested in. */
export class SchemaLimits {
  #parts = 0;
  #level = 0;

  /** Does the work on a part. Throws SchemaLimitError. */
  inside<T>(work: () => T): T {
    if (++this.#parts > MOST_PARTS) throw new SchemaLimitError(`it has more than ${MOST_PARTS} parts`);
    if (this.#level === MOST_LEVELS)
      throw new SchemaLimitError(`it is nested more than ${MOST_LEVELS} levels deep`);
    this.#level++;
    try {
      return work();
    } finally {
      this.#level--;
    }
  }
}

/** Throws SchemaLimitError for a reference that leads back to itself, or over too many others, without going into the value. */
export function checkReferences(root: JsonObject, references: Iterable<string>): void {
  const levels = new Map<JsonObject, number>();
  const open = new Set<JsonObject>();
  /** How many schemas follow each other there. */
  const follow = (reference: string): number => {
    const refuse = (what: string): never => {
      throw new SchemaLimitError(`its $ref ${JSON.stringify(reference)} leads ${what}`);
    };
    const levelsOf = (schema: Json): number => {
      if (!isObject(schema)) return 0;
      if (open.has(schema)) return refuse('back to itself');
      const known = levels.get(schema);
      if (known !== undefined) return known;
      if (open.size > MOST_LEVELS) return refuse(`over more than ${MOST_LEVELS} others`);
      open.add(schema);
      const next = schema.get('$ref');
      const found = Math.max(
        0,
        typeof next === 'string' ? follow(next) : 0,
        ...appliedToSame(schema).map(levelsOf),
      );
      open.delete(schema);
      levels.set(schema, found + 1);
      return found < MOST_LEVELS ? found + 1 : refuse(`over more than ${MOST_LEVELS} others`);
    };
    return levelsOf(resolveReference(reference, root) ?? null);
  };
  for (const reference of references) follow(reference);
}

/** The schemas in a schema that are applied to the same value as it. */
function appliedToSame(schema: JsonObject): readonly Json[] {
  return [
    ...['not', 'if', 'then', 'else'].map((keyword) => schema.get(keyword) ?? null),
    ...['allOf', 'anyOf', 'oneOf'].flatMap((keyword) => {
      const list = schema.get(keyword);
      return Array.isArray(list) ? (list as readonly Json[]) : [];
    }),
    ...['dependentSchemas', 'dependencies'].flatMap((keyword) => {
      const named = schema.get(keyword);
      return isObject(named) ? [...named.values()] : [];
    }),
  ];
}
