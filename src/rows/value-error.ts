/**
 * What is at fault decides which option would allow it: a value, a key, a key that is NULL, a NULL or a width that the table does
 * not accept, the same if the table must not be changed for it (`change`), the schema that `validate_records` checks, or a record
 * of which nothing would be loaded (`strange`).
 */
export type Fault = 'value' | 'key' | 'null-key' | 'table' | 'change' | 'schema' | 'strange';

/** A value that its column cannot store. The message continues a sentence: `the value is not a whole number`. */
export class ValueError extends Error {
  override readonly name = 'ValueError';
  readonly fault: Fault;

  constructor(message: string, fault: Fault = 'value') {
    super(message);
    this.fault = fault;
  }
}
