/** `validate_records`: ajv checks each record against the schema of its stream. Only for this do records become objects. */
import { Ajv, type ErrorObject, type FuncKeywordDefinition, type ValidateFunction } from 'ajv';
import type { DataValidateFunction } from 'ajv/dist/types/index.js';
import { InputError, messageOf } from '../errors.ts';
import { JsonNumber, toPlain, type Json, type JsonObject } from '../protocol/json.ts';
import { isObject } from '../table/shapes.ts';
import { compareNumbers } from './numbers.ts';
import { validationSchema, type ValidationSchema } from './validation-schema.ts';

/** A schema violation of a record. */
export interface Violation {
  /** The place: a property, then keys and indexes inside it; empty for the record as a whole. */
  readonly path: readonly string[];
  /** Continues a sentence about the property or the record. */
  readonly reason: string;
}

export interface ValidatorOptions {
  /** Find all violations of a record, not only the first one. */
  readonly findsAll?: boolean;
  /** Called with one sentence for each part of the schema that is not checked. */
  readonly onNote?: (note: string) => void;
}

/** Says what is wrong with a record: the first violation, or all of them. */
export type Validator = (record: JsonObject) => readonly Violation[];

const NONE: readonly Violation[] = [];

/**
 * A function that returns the violations of a record: the first one, or all of them. Formats and `multipleOf` are left to the
 * columns. Throws InputError for a schema that cannot be used.
 */
export function compileValidator(
  stream: string,
  schema: JsonObject,
  { findsAll = false, onNote = () => undefined }: ValidatorOptions = {},
): Validator {
  const prepared = validationSchema(schema);
  prepared.notes.forEach(onNote);
  const bounds = new Bounds();
  const validate = compile(stream, prepared, bounds, findsAll);
  return (record) => {
    bounds.record = record;
    return validate(toPlain(record)) ? NONE : (validate.errors ?? []).map(violationOf);
  };
}

function violationOf({ instancePath, message = 'is not valid' }: ErrorObject): Violation {
  const path = stepsOf(instancePath);
  const inside = path.length > 1 ? `${path.slice(1).join('/')} ` : '';
  return { path, reason: `violates the schema: ${inside}${message}` };
}

/** The steps of a JSON pointer. */
function stepsOf(pointer: string): readonly string[] {
  return pointer
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function compile(
  stream: string,
  { schema, patterns }: ValidationSchema,
  bounds: Bounds,
  allErrors: boolean,
): ValidateFunction {
  const regExp = (pattern: string): RegExp => patterns.get(pattern) ?? new RegExp(pattern, 'u');
  const ajv = new Ajv({
    strict: false,
    allErrors,
    validateFormats: false,
    logger: false,
    validateSchema: false,
    code: { regExp: Object.assign(regExp, { code: 'new RegExp' }) },
  });
  for (const definition of bounds.keywords())
    ajv.removeKeyword(definition.keyword as string).addKeyword(definition);
  try {
    return ajv.compile({ ...schema, type: 'object' });
  } catch (error) {
    throw new InputError(
      `Cannot validate the records of stream "${stream}": its schema is not JSON Schema, ${messageOf(error)}; ` +
        'correct it in the tap, or set validate_records to false',
      { stream },
      { cause: error },
    );
  }
}

/** Keyword, sign, and whether a value is allowed that is smaller than (negative), equal to (0) or greater than the bound. */
const BOUNDS: readonly (readonly [string, string, (order: number) => boolean])[] = [
  ['minimum', '>=', (order) => order >= 0],
  ['maximum', '<=', (order) => order <= 0],
  ['exclusiveMinimum', '>', (order) => order > 0],
  ['exclusiveMaximum', '<', (order) => order < 0],
];

/** Bounds of numbers, compared digit by digit if a double is not enough: 0.99999999999999999999 is below 1. */
class Bounds {
  /** The record that is being checked. */
  record: JsonObject = new Map();

  keywords(): readonly FuncKeywordDefinition[] {
    return BOUNDS.map(([keyword, sign, isAllowed]) => ({
      keyword,
      type: 'number',
      schemaType: 'string',
      compile: (bound: string) => {
        const nearest = Number(bound);
        const check: DataValidateFunction = (value: number, at?: { readonly instancePath: string }) => {
          const order = value === nearest ? this.#compare(at?.instancePath ?? '', bound) : value - nearest;
          // ajv forgets them before each call.
          check.errors = [{ keyword, message: `must be ${sign} ${bound}`, params: {} }];
          return isAllowed(order);
        };
        return check;
      },
    }));
  }

  #compare(pointer: string, bound: string): number {
    let value: Json | undefined = this.record;
    for (const step of stepsOf(pointer)) {
      if (isObject(value)) value = value.get(step);
      else value = Array.isArray(value) ? (value as readonly Json[])[Number(step)] : undefined;
    }
    return value instanceof JsonNumber ? compareNumbers(value.text, bound) : 0;
  }
}
