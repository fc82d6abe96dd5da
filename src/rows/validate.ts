/** `validate_records`: ajv checks each record against its stream's schema. Only there do records become objects. */
import { Ajv, type ValidateFunction } from 'ajv';
import { toPlain, type JsonObject } from '../protocol/json.ts';

/**
 * A function that says what is wrong with a record, or undefined. Formats and `multipleOf` are left to the columns:
 * `multipleOf` misfires on doubles, and the encoder checks what a column can hold exactly.
 */
export function compileValidator(schema: JsonObject): (record: JsonObject) => string | undefined {
  const plain = withoutKeywords(toPlain(schema));
  const ajv = new Ajv({ strict: false, validateFormats: false, logger: false, validateSchema: false });
  const validate: ValidateFunction = ajv.compile({ ...(plain as object), type: 'object' });
  return (record) => {
    if (validate(toPlain(record))) return undefined;
    const [error] = validate.errors ?? [];
    const where = error?.instancePath === '' ? '' : `${error?.instancePath.slice(1) ?? ''} `;
    return `${where}${error?.message ?? 'is not valid'}`;
  };
}

/** `$schema` and `$id` would make ajv look for other documents; draft-4 booleans are no longer JSON Schema. */
function withoutKeywords(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutKeywords);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(
    ([key, item]) =>
      key !== '$schema' &&
      key !== '$id' &&
      key !== 'multipleOf' &&
      !((key === 'exclusiveMaximum' || key === 'exclusiveMinimum') && typeof item === 'boolean'),
  );
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutKeywords(item)]));
}
