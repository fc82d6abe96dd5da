/** The tenant that all records of a stream must belong to. A record of another one, or of none, never becomes a row. */
import { JsonNumber, type JsonObject } from '../protocol/json.ts';
import { excerptOf, type Rejection } from './rejection.ts';

export class Tenant {
  /** The property of the record that names its tenant. */
  readonly property: string;
  readonly #id: string;
  /** The JSON of the right values in their usual forms. Another form, such as one with escapes, is right if its value is. */
  readonly forms: readonly Buffer[];

  constructor(property: string, id: string) {
    this.property = property;
    this.#id = id;
    this.forms = [JSON.stringify(id), ...(/^(0|-?[1-9]\d*)$/.test(id) ? [id] : [])].map((text) =>
      Buffer.from(text),
    );
  }

  /** Undefined if the record belongs to the tenant. */
  check({ record, repeatedProperties }: CheckedRecord): Rejection | undefined {
    const value = record.get(this.property);
    if (repeatedProperties.includes(this.property))
      return this.#rejection(
        'occurs twice, so it is not known which tenant the record belongs to',
        undefined,
      );
    if (value === undefined || value === null)
      return this.#rejection(
        `is ${value === null ? 'null' : 'missing'}, so the record belongs to no tenant`,
        undefined,
      );
    const text = value instanceof JsonNumber ? value.text : value;
    return text === this.#id
      ? undefined
      : this.#rejection('is not that of the tenant of this run', excerptOf(value));
  }

  #rejection(reason: string, seen: string | undefined): Rejection {
    return { kind: 'rejection', fault: 'tenant', property: this.property, isKey: false, reason, seen };
  }
}

interface CheckedRecord {
  readonly record: JsonObject;
  readonly repeatedProperties: readonly string[];
}
