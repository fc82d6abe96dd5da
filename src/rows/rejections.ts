/** The rejections of the encoder. */
import type { Json, JsonObject } from '../protocol/json.ts';
import type { Column } from '../table/types.ts';
import type { KnownProperties } from './known-properties.ts';
import { excerptOf, type Rejection } from './rejection.ts';
import { MAX_ROW_BYTES, rowBytes } from './row-size.ts';
import type { Violation } from './validate.ts';
import type { Cell } from './values.ts';
import { ValueError, type Fault } from './value-error.ts';

/** For a value that its column cannot store. Throws every error that is not a ValueError. */
export function rejectionOf(
  error: unknown,
  { property, isKey, mask }: Column,
  value: Json | undefined,
): Rejection {
  if (!(error instanceof ValueError)) throw error;
  const fault = isKey && error.fault === 'value' ? 'key' : error.fault;
  return {
    kind: 'rejection',
    fault,
    property,
    isKey,
    reason: error.message,
    seen: mask ? undefined : excerptOf(value),
    ...(error.isSize && { isSize: 'field' }),
  };
}

/** The values of `hidden` properties are not shown. */
export function schemaRejection(
  { path, reason }: Violation,
  record: JsonObject,
  hidden: ReadonlySet<string>,
): Rejection {
  const [property] = path;
  const isShown = property !== undefined && path.length === 1 && !hidden.has(property);
  const seen = isShown ? excerptOf(record.get(property)) : undefined;
  return { kind: 'rejection', fault: 'schema', property, isKey: false, reason, seen };
}

export function rowTooLarge(cells: readonly Cell[]): Rejection {
  const reason = `needs a row of ${rowBytes(cells)} bytes, and COPY accepts at most ${MAX_ROW_BYTES} (quotes and "|" count twice)`;
  return { kind: 'rejection', fault: 'key', property: undefined, isKey: false, reason, seen: undefined };
}

/** Of a value that became NULL so that its row is short enough. */
export function shortened({ property }: Column): Rejection {
  const reason = `is too long beside the other values of its row, of which COPY takes ${MAX_ROW_BYTES} bytes`;
  return { ...ofRecord('value', reason), property, isSize: 'row' };
}

/** It must not be guessed which of two values of a key is meant. */
export function repeatedKey(property: string): Rejection {
  const reason = 'occurs twice in the record, so it is not known which value identifies the row';
  return { ...ofRecord('key', reason), property, isKey: true };
}

/** A record that has properties, but none that is loaded: it would become a row of NULLs. */
export function strangeRecord(record: JsonObject, known: KnownProperties): Rejection {
  const names = [...record.keys()].slice(0, SHOWN).map((name) => JSON.stringify(name));
  const more = record.size > SHOWN ? ', ...' : '';
  const [other] = [...record.keys()].flatMap((name) => known.inOtherCase(name) ?? []);
  const hint =
    other === undefined ? '' : `; names are compared exactly, and the schema has ${JSON.stringify(other)}`;
  return ofRecord(
    'strange',
    `has none of the properties of its schema, only ${names.join(', ')}${more}${hint}`,
  );
}

const SHOWN = 3;

function ofRecord(fault: Fault, reason: string): Rejection {
  return { kind: 'rejection', fault, property: undefined, isKey: false, reason, seen: undefined };
}
