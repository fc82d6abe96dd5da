/**
 * What differs between the protocols in the streams of a run, as data: which columns a schema creates, the values of those about
 * the records, and which row of a key counts.
 */
import type { JsonObject } from '../protocol/json.ts';
import { SINGER_RULES, type RecordRules } from '../rows/rules.ts';
import { columnsOf } from '../table/columns.ts';
import { withChanges, withMetadata } from '../table/metadata.ts';
import type { TableSettings } from '../table/settings.ts';
import type { Column } from '../table/types.ts';

export interface Dialect {
  readonly rules: RecordRules;
  /** The columns of a schema. Throws InputError. */
  columnsOf(
    stream: string,
    schema: JsonObject,
    keys: readonly string[],
    settings: TableSettings,
  ): readonly Column[];
  /** With the columns that are about the records. */
  describe(columns: readonly Column[], wish: DescriptionWish): readonly Column[];
  /** Properties by whose columns the newest row of a key is told, most important first; undefined: the last one counts. */
  readonly newestBy: readonly string[] | undefined;
  /** For the table's comment: the generation of which all rows are known to be there. */
  readonly completeGeneration: bigint | undefined;
}

/** What the settings of a stream say about such columns. */
export interface DescriptionWish {
  readonly hasMetadata: boolean;
  /** Invalid values become NULL, and a column tells of it. */
  readonly tellsChanges: boolean;
}

export const SINGER: Dialect = {
  rules: SINGER_RULES,
  columnsOf,
  describe(columns, { hasMetadata, tellsChanges }) {
    const described = hasMetadata ? withMetadata(columns) : columns;
    return tellsChanges ? withChanges(described) : described;
  },
  newestBy: undefined,
  completeGeneration: undefined,
};
