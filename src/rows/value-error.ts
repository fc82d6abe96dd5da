/**
 * What is at fault decides which option would allow it: a value, a key, a key that is NULL, a NULL or a width that the table does
 * not accept, the same if the table must not be changed for it (`change`), the schema that `validate_records` checks, a record
 * of which nothing would be loaded (`strange`), or the tenant that the record belongs to.
 */
export type Fault = 'value' | 'key' | 'null-key' | 'table' | 'change' | 'schema' | 'strange' | 'tenant';

/** A value that its column cannot store. The message continues a sentence: `the value is not a whole number`. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
  readonly fault: Fault;
  /** The value is right, and too large for its column. */
  readonly isSize: boolean;

  constructor(message: string, fault: Fault = 'value', { isSize = false }: { isSize?: boolean } = {}) {
    super(message);
    this.fault = fault;
    this.isSize = isSize;
  }
}

/** A value that is right, and too large for its column. */
export function tooLarge(message: string): ValueError {
  return new ValueError(message, 'value', { isSize: true });
}

/** A string inside SUPER that only some clusters accept. */
export class LargeStringError extends ValueError {
  constructor(message: string) {
    super(message, 'value', { isSize: true });
  }
}
