/** `validate_records`: ajv checks each record against its stream's schema. Only there do records become objects. */
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { InputError, messageOf } from '../errors.ts';
import { toPlain, type JsonObject } from '../protocol/json.ts';

/** What of a record breaks its schema. */
export interface Violation {
  /** Where: property, then further keys and indexes; empty for the record as a whole. */
  readonly path: readonly string[];
  /** Continues a sentence about the property or the record. */
  readonly reason: string;
}

const NONE: readonly Violation[] = [];

/**
 * A function that says what is wrong with a record: the first violation, or all of them. Formats and `multipleOf` are left
 * to the columns: `multipleOf` misfires on doubles, and the encoder checks what a column can hold exactly.
 * Throws InputError for a schema that cannot be checked against.
 */
export function compileValidator(
  stream: string,
  schema: JsonObject,
  findsAll = false,
): (record: JsonObject) => readonly Violation[] {
  const validate = compile(stream, { ...(schemaOf(toPlain(schema)) as object), type: 'object' }, findsAll);
  return (record) => (validate(toPlain(record)) ? NONE : (validate.errors ?? []).map(violationOf));
}

function violationOf({ instancePath, message = 'is not valid' }: ErrorObject): Violation {
  const path = instancePath
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
  const inside = path.length > 1 ? `${path.slice(1).join('/')} ` : '';
  return { path, reason: `breaks the schema: ${inside}${message}` };
}

function compile(stream: string, schema: object, allErrors: boolean): ValidateFunction {
  // Patterns of Python taps are no Unicode patterns to JavaScript.
  const ajv = new Ajv({
    strict: false,
    allErrors,
    validateFormats: false,
    logger: false,
    validateSchema: false,
    code: { regExp: Object.assign((pattern: string) => new RegExp(pattern), { code: 'new RegExp' }) },
  });
  try {
    return ajv.compile(schema);
  } catch (error) {
    throw new InputError(
      `Cannot validate the records of stream "${stream}": its schema is not JSON Schema, ${messageOf(error)}; ` +
        'correct it in the tap, or switch validate_records off',
      { stream },
      { cause: error },
    );
  }
}

/** Keywords that would make ajv look for other documents, or that the columns check better. */
const DROPPED: ReadonlySet<string> = new Set(['$schema', '$id', 'id', 'multipleOf']);

/** Their keys are names of properties, not keywords. */
const NAMED: ReadonlySet<string> = new Set(['properties', 'patternProperties', 'definitions', '$defs']);

/** Their values are data, not schemas. */
const DATA: ReadonlySet<string> = new Set(['enum', 'const', 'default', 'examples']);

/** Draft 4 has truth values where later drafts have bounds and lists of names. */
const NOT_BOOLEAN: ReadonlySet<string> = new Set(['exclusiveMaximum', 'exclusiveMinimum', 'required']);

function schemaOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(schemaOf);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key, item]) => !DROPPED.has(key) && !(NOT_BOOLEAN.has(key) && typeof item === 'boolean'),
  );
  return Object.fromEntries(
    kept.map(([key, item]): [string, unknown] => {
      if (DATA.has(key)) return [key, item];
      return [key, NAMED.has(key) ? namedSchemas(item) : schemaOf(item)];
    }),
  );
}

function namedSchemas(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, item === null ? {} : schemaOf(item)]),
  );
}
