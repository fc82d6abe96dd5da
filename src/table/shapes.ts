/**
 * The shapes that a JSON Schema definition allows, with `$ref`, anyOf, oneOf and allOf followed: each a plain definition
 * without alternatives. A definition that refers to itself, or that allows too many shapes to tell apart, says nothing.
 */
import type { Json, JsonObject } from '../protocol/json.ts';

/** Says nothing: any JSON value. */
const ANYTHING: JsonObject = new Map();

const MAX_SHAPES = 64;
const MAX_STEPS = 2_000;

const COMBINING = new Set(['$ref', 'anyOf', 'oneOf', 'allOf']);

export function isObject(value: Json | undefined): value is JsonObject {
  return value instanceof Map;
}

export function shapesOf(definition: Json, root: JsonObject): readonly JsonObject[] {
  return new Walk(root).shapes(definition, new Set());
}

class Walk {
  readonly #root: JsonObject;
  #steps = 0;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  /** `path` holds the references that led here. */
  shapes(definition: Json, path: ReadonlySet<string>): readonly JsonObject[] {
    if (!isObject(definition) || ++this.#steps > MAX_STEPS) return [ANYTHING];
    let shapes: readonly JsonObject[] = [without(definition)];
    const reference = definition.get('$ref');
    if (typeof reference === 'string') shapes = combine(this.#referred(reference, path), shapes);
    for (const key of ['anyOf', 'oneOf']) {
      const alternatives = list(definition.get(key));
      if (alternatives.length > 0) {
        shapes = combine(
          shapes,
          alternatives.flatMap((one) => this.shapes(one, path)),
        );
      }
    }
    for (const part of list(definition.get('allOf'))) shapes = combine(shapes, this.shapes(part, path));
    return shapes;
  }

  #referred(reference: string, path: ReadonlySet<string>): readonly JsonObject[] {
    // Recursive definitions are real (tap-postgres writes them for arrays); what repeats is nested data anyway.
    if (path.has(reference)) return [ANYTHING];
    return this.shapes(this.#resolve(reference), new Set([...path, reference]));
  }

  #resolve(reference: string): Json {
    if (!reference.startsWith('#/')) return ANYTHING;
    let found: Json | undefined = this.#root;
    for (const step of reference.slice(2).split('/')) {
      found = isObject(found) ? found.get(unescape(step)) : undefined;
    }
    return found ?? ANYTHING;
  }
}

function list(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function without(definition: JsonObject): JsonObject {
  return new Map([...definition].filter(([key]) => !COMBINING.has(key)));
}

/** Every shape of one list together with every shape of the other. */
function combine(left: readonly JsonObject[], right: readonly JsonObject[]): readonly JsonObject[] {
  if (left.length * right.length > MAX_SHAPES) return [ANYTHING];
  return left.flatMap((a) => right.map((b) => new Map([...a, ...b])));
}

/** A step of a JSON pointer in a URL fragment; a wrong percent escape stands for itself. */
function unescape(step: string): string {
  try {
    return decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return step;
  }
}
