/**
 * The shapes that a JSON Schema definition allows, with `$ref`, anyOf, oneOf and allOf followed. Each is a plain definition
 * without alternatives. A definition that refers to itself, or that allows too many shapes, means any value.
 */
import type { Json, JsonObject } from '../protocol/json.ts';

/** Means any JSON value. */
const ANYTHING: JsonObject = new Map();

const MAX_SHAPES = 64;
const MAX_STEPS = 2_000;

const COMBINING = new Set(['$ref', 'anyOf', 'oneOf', 'allOf']);

export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

/** Whether a definition refers to others. */
export function isCombined(definition: JsonObject): boolean {
  return [...COMBINING].some((key) => definition.has(key));
}

export interface Shapes {
  readonly shapes: readonly JsonObject[];
  /** The references that led to them. */
  readonly references: ReadonlySet<string>;
  /** The parts of the definition that were not understood. */
  readonly notes: readonly string[];
}

/** `references` led to the definition. Repeated ones are recursive and mean any value. */
export function shapesOf(
  definition: Json,
  root: JsonObject,
  references: ReadonlySet<string> = new Set(),
): Shapes {
  const walk = new Walk(root);
  const shapes = walk.shapes(definition, references);
  return { shapes, references: new Set([...references, ...walk.followed]), notes: [...walk.notes] };
}

class Walk {
  readonly followed = new Set<string>();
  readonly notes = new Set<string>();
  readonly #root: JsonObject;
  #steps = 0;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  /** `path` has the references that led here. */
  shapes(definition: Json, path: ReadonlySet<string>): readonly JsonObject[] {
    if (!isObject(definition)) return [ANYTHING];
    if (++this.#steps > MAX_STEPS) return this.#tooMany();
    let shapes: readonly JsonObject[] = [without(definition)];
    const reference = definition.get('$ref');
    if (typeof reference === 'string') shapes = this.#combine(this.#referred(reference, path), shapes);
    for (const key of ['anyOf', 'oneOf']) {
      const alternatives = list(definition.get(key));
      if (alternatives.length > 0) {
        shapes = this.#combine(
          shapes,
          alternatives.flatMap((one) => this.shapes(one, path)),
        );
      }
    }
    for (const part of list(definition.get('allOf'))) shapes = this.#combine(shapes, this.shapes(part, path));
    return shapes;
  }

  #referred(reference: string, path: ReadonlySet<string>): readonly JsonObject[] {
    // Recursive definitions are real (tap-postgres writes them for arrays); and recursive data is nested anyway.
    if (path.has(reference)) return [ANYTHING];
    this.followed.add(reference);
    const found = resolveReference(reference, this.#root);
    if (found !== undefined) return this.shapes(found, new Set([...path, reference]));
    this.notes.add(`$ref ${JSON.stringify(reference)} leads nowhere in the schema`);
    return [ANYTHING];
  }

  /** Every shape of one list together with every shape of the other. */
  #combine(left: readonly JsonObject[], right: readonly JsonObject[]): readonly JsonObject[] {
    if (left.length * right.length > MAX_SHAPES) return this.#tooMany();
    return left.flatMap((a) => right.map((b) => merged(a, b)));
  }

  #tooMany(): readonly JsonObject[] {
    this.notes.add('the schema has too many alternatives to tell apart');
    return [ANYTHING];
  }
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function without(definition: JsonObject): JsonObject {
  return new Map([...definition].filter(([key]) => !COMBINING.has(key)));
}

/** Merges two definitions. Where they differ, the second takes precedence. Properties of objects are those of both. */
function merged(a: JsonObject, b: JsonObject): JsonObject {
  const [left, right] = [a.get('properties'), b.get('properties')];
  const both = new Map([...a, ...b]);
  if (!isObject(left) || !isObject(right)) return both;
  const properties = new Map(left);
  for (const [name, definition] of right) {
    const other = left.get(name);
    properties.set(name, other === undefined ? definition : new Map([['allOf', [other, definition]]]));
  }
  return both.set('properties', properties);
}

/** The definition that a `$ref` refers to; undefined if it leads nowhere. */
export function resolveReference(reference: string, root: JsonObject): Json | undefined {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  let found: Json | undefined = root;
  for (const step of reference.slice(2).split('/')) {
    found = isObject(found) ? found.get(stepOf(step)) : undefined;
  }
  return found;
}

/** A step of a JSON pointer in a URL fragment; a wrong percent escape is kept as it is. */
export function stepOf(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return step;
  }
}
