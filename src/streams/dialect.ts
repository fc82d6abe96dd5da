/**
 * The differences between the protocols in the streams of a run, as data: the columns that a schema gives, the values of metadata
 * columns, and which row of a key counts.
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
  /** Includes the metadata columns. */
  describe(columns: readonly Column[], wish: DescriptionWish): readonly Column[];
  /** Properties whose columns determine the newest row of a key, most important first; undefined: the last row counts. */
  readonly newestBy: readonly string[] | undefined;
  /** For the comment of the table: the generation of which the table has all rows. */
  readonly completeGeneration: bigint | undefined;
}

/** The settings of a stream for such columns. */
interface DescriptionWish {
  readonly hasMetadata: boolean;
  /** Invalid values become NULL, and a column notes that. */
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
