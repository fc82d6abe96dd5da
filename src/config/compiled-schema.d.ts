/** The check of a configuration, compiled by ajv from `checkedSchema()`: `npm run spec` writes it, and a test compares them. */

/** A violation of the schema by a configuration, in the form of ajv. */
export interface SchemaError {
  readonly keyword: string;
  /** JSON pointer to the value. */
  readonly instancePath: string;
  readonly params: Readonly<Record<string, unknown>>;
  readonly message?: string;
}

interface Validate {
  (input: unknown): boolean;
  /** Of the last call. */
  readonly errors?: readonly SchemaError[] | null;
}

/** Whether a configuration matches the schema. Sets options that are missing to their defaults. */
export declare const validate: Validate;
