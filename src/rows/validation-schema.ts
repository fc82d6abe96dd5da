/**
 * Prepares the schema of a stream for ajv: older drafts are translated to later ones, and keywords without meaning are removed. A
 * note reports each removed keyword that its author expects to be checked.
 */
import { JsonNumber, toPlain, type Json, type JsonObject } from '../protocol/json.ts';
import { isObject, resolveReference } from '../table/shapes.ts';
import { Chunks, CHUNKS } from './chunks.ts';
import type { Effort } from './effort.ts';
import { Matcher } from './patterns/matcher.ts';
import { compilePattern } from './patterns/pattern.ts';
import { checkReferences, SchemaLimits } from './schema-limits.ts';

export interface ValidationSchema {
  readonly schema: object;
  /** One sentence for each part that is not checked. */
  readonly notes: readonly string[];
  /** By the patterns of the schema. */
  readonly patterns: ReadonlyMap<string, Matcher>;
}

/**
 * What is spent before a schema is applied, as the keyword of this name: steps for the schema, and steps for each member of the
 * object that it is applied to.
 */
export const STEPS = '$steps';

/**
 * Bounds are strings in the result, so that they can be compared exactly. Patterns spend `effort`. Throws SchemaLimitError for
 * a schema that is not to be compiled.
 */
export function validationSchema(schema: JsonObject, effort: Effort): ValidationSchema {
  const preparation = new Preparation(schema, effort);
  const prepared = preparation.schema(schema, []) as object;
  checkReferences(schema, preparation.references);
  const { notes, patterns, chunks } = preparation;
  return { schema: { ...prepared, [CHUNKS]: chunks }, notes, patterns };
}

type Plain = Record<string, unknown>;

/**
 * Keywords that make ajv look for other documents or compile another kind of function, and those that the columns check better:
 * `multipleOf` fails with doubles, and the types of columns check formats.
 */
const LEFT_OUT = new Set(
  (
    '$schema $id id $anchor $dynamicAnchor $dynamicRef $recursiveAnchor $recursiveRef $vocabulary $async $comment ' +
    `multipleOf format ${STEPS} ${CHUNKS}`
  ).split(' '),
);

const TYPES = new Set(['null', 'boolean', 'object', 'array', 'number', 'integer', 'string']);

const BOUNDS = new Set(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum']);
const COUNTS = new Set(
  'minLength maxLength minItems maxItems minProperties maxProperties minContains maxContains'.split(' '),
);
/** Their values are data, not schemas. */
const DATA = new Set(['const', 'default', 'examples']);
/** Their keys are names, not keywords. */
const NAMED = new Set(['properties', 'definitions', '$defs', 'dependentSchemas']);
const LISTS = new Set(['allOf', 'anyOf', 'oneOf']);

/** A schema with less in it, and without schemas in it, costs its parent nothing more. */
const SMALL = 16;

/** A call, and the errors that it may leave behind. */
const REFERENCE_STEPS = 100;

class Preparation {
  readonly notes: string[] = [];
  readonly patterns = new Map<string, Matcher>();
  readonly references = new Set<string>();
  readonly #root: JsonObject;
  readonly #effort: Effort;
  readonly #limits = new SchemaLimits();
  readonly #chunks: Chunks;

  constructor(root: JsonObject, effort: Effort) {
    this.#root = root;
    this.#effort = effort;
    this.#chunks = new Chunks(root);
  }

  get chunks(): readonly Plain[] {
    return this.#chunks.all;
  }

  /** A schema at `path`, the names of properties that lead there. */
  schema(value: Json, path: readonly string[]): unknown {
    if (typeof value === 'boolean') return value;
    return isObject(value) ? this.#limits.inside(() => this.#schema(value, path)) : {};
  }

  #schema(value: JsonObject, path: readonly string[]): Plain {
    const prepared: Plain = {};
    for (const [keyword, item] of withLaterBounds(value)) {
      const found = this.#keyword(keyword, item, path);
      // Not by assignment, because a keyword may have the name __proto__.
      if (found !== undefined) Object.defineProperty(prepared, keyword, { value: found, ...PLAIN });
    }
    // ajv accepts nullable only with a type.
    if (prepared['type'] === undefined) delete prepared['nullable'];
    if (value.has('patternProperties')) this.#patternProperties(value, prepared, path);
    return withSteps(this.#chunks.divide(value, prepared, withSteps));
  }

  /** The value of a keyword; undefined if it is removed. */
  #keyword(keyword: string, item: Json, path: readonly string[]): unknown {
    if (LEFT_OUT.has(keyword) || keyword === 'patternProperties') return undefined;
    if (DATA.has(keyword)) return toPlain(item);
    if (NAMED.has(keyword)) return this.#named(keyword, item, path);
    if (LISTS.has(keyword)) return this.#list(item, path);
    if (BOUNDS.has(keyword))
      return this.#checked(keyword, item, path, { read: boundOf, problem: 'is not a number' });
    if (COUNTS.has(keyword))
      return this.#checked(keyword, item, path, { read: countOf, problem: 'is not a count' });
    switch (keyword) {
      case 'type':
        return typeOf(item);
      case 'pattern':
        return this.#pattern(item, path);
      case 'enum':
        return this.#checked(keyword, item, path, { read: listOf, problem: 'is an empty list' });
      case 'required':
        // In draft 3 it belongs to the property and is true or false.
        return typeof item === 'boolean' ? undefined : namesOf(item);
      case 'uniqueItems':
      case 'nullable':
        return typeof item === 'boolean' ? item : undefined;
      case '$ref':
        return this.#reference(item);
      case 'items':
        return Array.isArray(item) ? this.#list(item, path) : this.schema(item, path);
      case 'dependentRequired':
      case 'dependencies':
        return this.#dependencies(item, path);
      default:
        return isObject(item) || typeof item === 'boolean' ? this.schema(item, path) : undefined;
    }
  }

  #reference(item: Json): unknown {
    if (typeof item !== 'string' || resolveReference(item, this.#root) === undefined) return undefined;
    this.references.add(item);
    return this.#chunks.located(item);
  }

  #named(keyword: string, item: Json, path: readonly string[]): unknown {
    if (!isObject(item)) return undefined;
    const inside = (name: string): readonly string[] => (keyword === 'properties' ? [...path, name] : path);
    return Object.fromEntries([...item].map(([name, one]) => [name, this.schema(one, inside(name))]));
  }

  #list(item: Json, path: readonly string[]): unknown {
    const list = Array.isArray(item) ? (item as readonly Json[]) : [];
    return list.length > 0 ? list.map((one) => this.schema(one, path)) : undefined;
  }

  #dependencies(item: Json, path: readonly string[]): unknown {
    if (!isObject(item)) return undefined;
    return Object.fromEntries(
      [...item].map(([name, one]) => [
        name,
        Array.isArray(one) ? (namesOf(one) ?? []) : this.schema(one, path),
      ]),
    );
  }

  #checked<T>(
    keyword: string,
    item: Json,
    path: readonly string[],
    { read, problem }: { readonly read: (item: Json) => T | undefined; readonly problem: string },
  ): T | undefined {
    const value = read(item);
    if (value === undefined) this.#note(path, `its ${keyword} ${shown(item)}, which ${problem}`);
    return value;
  }

  #pattern(item: Json, path: readonly string[]): string | undefined {
    if (typeof item !== 'string') return undefined;
    const compiled = compilePattern(item);
    if ('problem' in compiled) {
      this.#note(path, `its pattern ${JSON.stringify(item)}, which ${compiled.problem}`);
      return undefined;
    }
    this.patterns.set(item, new Matcher(compiled, this.#effort));
    return item;
  }

  /** If one of them is removed, it is not known which properties are additional. */
  #patternProperties(value: JsonObject, prepared: Plain, path: readonly string[]): void {
    const item = value.get('patternProperties');
    if (!isObject(item)) return;
    const known = [...item].filter(([pattern]) => this.#pattern(pattern, path) !== undefined);
    prepared['patternProperties'] = Object.fromEntries(
      known.map(([pattern, one]) => [pattern, this.schema(one, path)]),
    );
    if (known.length === item.size) return;
    delete prepared['additionalProperties'];
    delete prepared['unevaluatedProperties'];
  }

  #note(path: readonly string[], what: string): void {
    const who = path.length === 0 ? 'a record' : `property ${JSON.stringify(path.join('.'))}`;
    this.notes.push(`${who} is not checked against ${what}`);
  }
}

/** With what its application costs, where that is more than its parent has spent for it. */
function withSteps(schema: Plain): Plain {
  const values = Object.values(schema);
  const call = schema['$ref'] === undefined ? 0 : REFERENCE_STEPS;
  const steps = values.reduce<number>((sum, value) => sum + 1 + sizeOf(value), call);
  const isSmall = steps <= SMALL && !values.some((value) => typeof value === 'object');
  return isSmall ? schema : { ...schema, [STEPS]: [steps, sizeOf(schema['patternProperties'])] };
}

function sizeOf(value: unknown): number {
  return typeof value === 'object' && value !== null ? Object.keys(value).length : 0;
}

const PLAIN = { enumerable: true, configurable: true, writable: true };

/** In draft 4 an exclusive bound is `true` next to the bound. */
function withLaterBounds(schema: JsonObject): JsonObject {
  const later = new Map(schema);
  for (const [bound, exclusive] of [
    ['minimum', 'exclusiveMinimum'],
    ['maximum', 'exclusiveMaximum'],
  ] as const) {
    const isExclusive = later.get(exclusive);
    if (typeof isExclusive !== 'boolean') continue;
    later.delete(exclusive);
    const value = later.get(bound);
    if (!isExclusive || value === undefined) continue;
    later.delete(bound);
    later.set(exclusive, value);
  }
  return later;
}

/** The names of a type, if all of them are known. */
function typeOf(item: Json): readonly Json[] | undefined {
  const words = Array.isArray(item) ? (item as readonly Json[]) : [item];
  const isKnown = words.length > 0 && words.every((word) => typeof word === 'string' && TYPES.has(word));
  return isKnown ? [...new Set(words)] : undefined;
}

function boundOf(item: Json): string | undefined {
  return item instanceof JsonNumber && Number.isFinite(Number(item.text)) ? item.text : undefined;
}

function countOf(item: Json): number | undefined {
  const count = item instanceof JsonNumber ? Number(item.text) : NaN;
  return Number.isSafeInteger(count) && count >= 0 ? count : undefined;
}

function listOf(item: Json): unknown {
  return Array.isArray(item) && item.length > 0 ? toPlain(item as readonly Json[]) : undefined;
}

function namesOf(item: Json): readonly string[] | undefined {
  if (!Array.isArray(item)) return undefined;
  return [...new Set((item as readonly Json[]).filter((name) => typeof name === 'string'))];
}

function shown(item: Json): string {
  return JSON.stringify(toPlain(item)).slice(0, 100);
}
