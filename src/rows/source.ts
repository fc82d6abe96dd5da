/** Finds the value of a column in a message. */
import type { Json, JsonObject } from '../protocol/json.ts';
import type { Source } from '../table/types.ts';
import type { MetadataValues, RecordContext } from './metadata.ts';
import { ValueError } from './value-error.ts';
import { kindOf } from './values.ts';

/** Empty if nothing of the record is read. */
export function pathOf(source: Source): readonly string[] {
  if (source.kind === 'property') return source.path;
  return source.kind === 'metadata' ? [source.field] : [];
}

/** Throws ValueError for a path that cannot be followed. */
export function valueOf(
  source: Source,
  record: JsonObject,
  metadata: MetadataValues,
  context: RecordContext,
): Json | undefined {
  switch (source.kind) {
    case 'metadata':
      return metadata.value(source.field, context);
    case 'nothing':
      return undefined;
    case 'overflow':
      // The encoder puts it there if the first column of the property cannot store it.
      return undefined;
    case 'property':
      return source.path.length === 1 ? record.get(source.path[0] ?? '') : valueAt(record, source.path);
  }
}

/** Undefined if an object on the path is missing. Throws ValueError if there is something else in its place. */
function valueAt(record: JsonObject, path: readonly string[]): Json | undefined {
  let value: Json | undefined = record;
  for (const [i, step] of path.entries()) {
    if (value === undefined || value === null) return undefined;
    if (!(value instanceof Map)) {
      throw new ValueError(
        `cannot be found because ${JSON.stringify(path.slice(0, i).join('.'))} is ${kindOf(value)}, not an object`,
      );
    }
    value = (value as JsonObject).get(step);
  }
  return value;
}
