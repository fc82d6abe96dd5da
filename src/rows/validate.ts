/** `validate_records`: ajv checks each record against its stream's schema. Only there do records become objects. */
import type { ErrorObject, ValidateFunction } from 'ajv';
import { InputError, messageOf } from '../errors.ts';
import { toPlain, type JsonObject } from '../protocol/json.ts';
import { compileCode } from './ajv-code.ts';
import { Effort, TooMuchEffortError } from './effort.ts';
import { ExactBounds, stepsOf } from './exact-bounds.ts';
import { MOST_LEVELS, SchemaLimitError } from './schema-limits.ts';
import { validationSchema, type ValidationSchema } from './validation-schema.ts';

/** What of a record breaks its schema. */
export interface Violation {
  /** Where: property, then further keys and indexes; empty for the record as a whole. */
  readonly path: readonly string[];
  /** Continues a sentence about the property or the record. */
  readonly reason: string;
}

export interface ValidatorOptions {
  /** All violations of a record are found, not the first one alone. */
  readonly findsAll?: boolean;
  /** Told what of the schema is not checked, one sentence each. */
  readonly onNote?: (note: string) => void;
}

const NONE: readonly Violation[] = [];

/** In a record with more values than this, all of which may be wrong, only the first violation is looked for. */
const MOST_VALUES = 100_000;

/**
 * A function that says what is wrong with a record: the first violation, or all of them. A record whose check takes too much
 * work breaks its schema as a whole. Formats and `multipleOf` are left to the columns. Throws InputError for a schema that
 * cannot be checked against.
 */
export function compileValidator(
  stream: string,
  schema: JsonObject,
  { findsAll = false, onNote = () => undefined }: ValidatorOptions = {},
): (record: JsonObject) => readonly Violation[] {
  try {
    const effort = new Effort();
    const prepared = validationSchema(schema, effort);
    prepared.notes.forEach(onNote);
    const validator = new Validator(prepared, effort);
    return (record) => validator.violations(record, findsAll);
  } catch (error) {
    throw new InputError(
      `Cannot validate the records of stream "${stream}": ${refusal(error)}; correct it in the tap, or switch validate_records off`,
      { stream },
      { cause: error },
    );
  }
}

function refusal(error: unknown): string {
  if (error instanceof SchemaLimitError) return `its schema cannot be checked against, ${error.message}`;
  if (isStackExhausted(error))
    return `its schema cannot be checked against, its references go over more than ${MOST_LEVELS} levels`;
  return `its schema is not JSON Schema, ${messageOf(error)}`;
}

class Validator {
  readonly #schema: ValidationSchema;
  readonly #effort: Effort;
  readonly #bounds = new ExactBounds();
  readonly #validate: ValidateFunction;
  /** Made for the first record that breaks the schema. */
  #validateAll: ValidateFunction | undefined;

  constructor(schema: ValidationSchema, effort: Effort) {
    this.#schema = schema;
    this.#effort = effort;
    this.#validate = this.#compile(false);
  }

  violations(record: JsonObject, findsAll: boolean): readonly Violation[] {
    this.#bounds.record = record;
    try {
      const plain = toPlain(record);
      const first = this.#run(this.#validate, plain);
      if (first.length === 0 || !findsAll) return first;
      if (countValues(plain, MOST_VALUES) === MOST_VALUES)
        return [{ path: [], reason: 'breaks the schema, and has too many values to look for all that do' }];
      this.#validateAll ??= this.#compile(true);
      return this.#run(this.#validateAll, plain);
    } catch (error) {
      return [{ path: [], reason: unchecked(error) }];
    }
  }

  #run(validate: ValidateFunction, plain: unknown): readonly Violation[] {
    this.#effort.begin();
    return validate(plain) ? NONE : (validate.errors ?? []).map(violationOf);
  }

  #compile(findsAll: boolean): ValidateFunction {
    return compileCode(this.#schema, { effort: this.#effort, bounds: this.#bounds, findsAll });
  }
}

/** Values in a value, at most so many. */
function countValues(value: unknown, most: number): number {
  let count = 1;
  if (typeof value !== 'object' || value === null) return count;
  for (const one of Object.values(value)) {
    if (count >= most) return most;
    count += countValues(one, most - count);
  }
  return Math.min(count, most);
}

function violationOf({ instancePath, message = 'is not valid' }: ErrorObject): Violation {
  const path = stepsOf(instancePath);
  const inside = path.length > 1 ? `${path.slice(1).join('/')} ` : '';
  return { path, reason: `breaks the schema: ${inside}${message}` };
}

/** Why there is no answer. Throws what is a defect. */
function unchecked(error: unknown): string {
  if (error instanceof TooMuchEffortError) return 'takes too much work to check against the schema';
  if (isStackExhausted(error)) return 'is nested too deep to be checked against the schema';
  throw error;
}

function isStackExhausted(error: unknown): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}
