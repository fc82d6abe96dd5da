/**
 * Objects with many properties, in chunks. ajv nests the checks of the properties of one object in each other, and V8 reads that
 * by recursion: from about a thousand on its stack does not do. Each chunk is a schema of its own beside the root.
 */
import type { Json, JsonObject } from '../protocol/json.ts';
import { isObject, stepOf } from '../table/shapes.ts';

/** The keyword of the root that holds the chunks. */
export const CHUNKS = '$chunks';

const SIZE = 100;

type Plain = Readonly<Record<string, unknown>>;

export class Chunks {
  readonly all: Plain[] = [];
  readonly #firsts = new Map<JsonObject, number>();
  readonly #root: JsonObject;

  constructor(root: JsonObject) {
    this.#root = root;
  }

  /** `schema`, prepared as `prepared`, with its properties in chunks if there are many. */
  divide(schema: JsonObject, prepared: Plain, finish: (chunk: Plain) => Plain): Plain {
    if (!isWide(schema)) return prepared;
    const properties = Object.entries(prepared['properties'] as Plain);
    const first = this.#firstOf(schema);
    const references: unknown[] = [];
    for (let at = 0; at < properties.length; at += SIZE) {
      const i = first + at / SIZE;
      this.all[i] = finish({ properties: Object.fromEntries(properties.slice(at, at + SIZE)) });
      references.push({ $ref: `#/${CHUNKS}/${i}` });
    }
    const known = Object.fromEntries(properties.map(([name]) => [name, true]));
    return {
      ...prepared,
      properties: known,
      allOf: [...references, ...((prepared['allOf'] ?? []) as Json[])],
    };
  }

  /** Where what a reference means is found after the division. */
  located(reference: string): string {
    let located = '#';
    let at: Json | undefined = this.#root;
    const steps = reference.split('/').slice(1);
    for (let step = steps.shift(); step !== undefined; step = steps.shift()) {
      const inside: Json | undefined = isObject(at) ? at.get(stepOf(step)) : undefined;
      const [name] = steps;
      if (step === 'properties' && isObject(at) && isObject(inside) && isWide(at) && name !== undefined) {
        const index = [...inside.keys()].indexOf(stepOf(name));
        located = `#/${CHUNKS}/${this.#firstOf(at) + Math.floor(index / SIZE)}`;
      }
      located += `/${step}`;
      at = inside;
    }
    return located;
  }

  /** The place of its first chunk, which may not be there yet. */
  #firstOf(schema: JsonObject): number {
    let first = this.#firsts.get(schema);
    if (first === undefined) {
      first = this.all.length;
      this.#firsts.set(schema, first);
      const count = Math.ceil(widthOf(schema) / SIZE);
      for (let i = 0; i < count; i++) this.all.push({});
    }
    return first;
  }
}

function isWide(schema: JsonObject): boolean {
  return widthOf(schema) > SIZE;
}

function widthOf(schema: JsonObject): number {
  const properties = schema.get('properties');
  return isObject(properties) ? properties.size : 0;
}
