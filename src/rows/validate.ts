/** `validate_records`: ajv checks each record against the schema of its stream. Only for this do records become objects. */
import type { ErrorObject, ValidateFunction } from 'ajv';
import { InputError, messageOf } from '../errors.ts';
import { toPlain, type JsonObject } from '../protocol/json.ts';
import { compileCode } from './ajv-code.ts';
import { Effort, TooMuchEffortError } from './effort.ts';
import { ExactBounds, stepsOf } from './exact-bounds.ts';
import { MOST_LEVELS, SchemaLimitError } from './schema-limits.ts';
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

/** In a record with more values than this, only the first violation is looked for. */
const MOST_VALUES = 100_000;

/**
 * A function that returns the violations of a record: the first one, or all of them. If the check takes too much work, the
 * record as a whole violates its schema. Formats and `multipleOf` are left to the columns. Throws InputError for a schema that
 * cannot be used.
 */
export function compileValidator(
  stream: string,
  schema: JsonObject,
  { findsAll = false, onNote = () => undefined }: ValidatorOptions = {},
): Validator {
  try {
    const effort = new Effort();
    const prepared = validationSchema(schema, effort);
    prepared.notes.forEach(onNote);
    const check = new Check(prepared, effort);
    return (record) => check.violations(record, findsAll);
  } catch (error) {
    throw new InputError(
      `Cannot validate the records of stream "${stream}": ${refusal(error)}; correct it in the tap, or set validate_records to false`,
      { stream },
      { cause: error },
    );
  }
}

function refusal(error: unknown): string {
  if (error instanceof SchemaLimitError) return `its schema cannot be used, ${error.message}`;
  if (isStackExhausted(error))
    return `its schema cannot be used, its references lead over more than ${MOST_LEVELS} levels`;
  return `its schema is not JSON Schema, ${messageOf(error)}`;
}

class Check {
  readonly #schema: ValidationSchema;
  readonly #effort: Effort;
  readonly #bounds = new ExactBounds();
  readonly #validate: ValidateFunction;
  /** Compiled for the first record that violates the schema. */
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
        return [
          { path: [], reason: 'violates the schema, and has too many values to look for all violations' },
        ];
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
  return { path, reason: `violates the schema: ${inside}${message}` };
}

/** Why the check has no result. Throws the error if it is a defect. */
function unchecked(error: unknown): string {
  if (error instanceof TooMuchEffortError) return 'takes too much work to check against the schema';
  if (isStackExhausted(error)) return 'is nested too deep to be checked against the schema';
  throw error;
}

function isStackExhausted(error: unknown): boolean {
  return error instanceof RangeError && error.message === 'Maximum call stack size exceeded';
}
