/** The settings for the tables of a stream, as the layers need them. The options themselves are in `config/tables.ts`. */

import type { MaskKind } from './mask.ts';
import type { Naming } from './names.ts';

/** What to do if the schema of a stream and its table differ: change the table, continue with it as it is, or fail. */
export type ChangePolicy = 'evolve' | 'ignore' | 'fail';

/** The kinds of change, each with its own policy. */
export const CHANGE_KINDS = [
  'add_column',
  'widen_column',
  'relax_not_null',
  /** To a type that stores every value of the old one. */
  'retype_column',
  /** To any other type: a second column. */
  'split_column',
  'drop_column',
  'change_keys',
] as const;

export type ChangeKind = (typeof CHANGE_KINDS)[number];

/** How one column is stored, overriding what follows from the schema. */
export interface ColumnSetting {
  readonly name?: string;
  /** The type as DDL writes it. */
  readonly type?: string;
  readonly encode?: string;
  readonly mask?: MaskKind;
}

/** The settings of a property; empty for a property that is not configured. */
export function columnSetting({ columns }: TableSettings, property: string): ColumnSetting {
  return (Object.hasOwn(columns, property) ? columns[property] : undefined) ?? {};
}

export interface TableSettings {
  readonly naming: Naming;
  readonly nested_values: 'super' | 'text' | 'flatten';
  readonly flatten_max_depth: number;
  readonly flatten_separator: string;
  readonly columns: Readonly<Record<string, ColumnSetting>>;
  readonly schema_changes: Readonly<Record<ChangeKind, ChangePolicy>>;
  readonly forbid_ddl: boolean;
  readonly hard_delete: boolean;
  /** Undefined: `on_invalid` decides. */
  readonly null_keys: 'fail' | 'quarantine' | 'append' | undefined;
  readonly diststyle: 'auto' | 'even' | 'all' | 'key' | undefined;
  /** Properties, like the two below. */
  readonly distkey: string | undefined;
  readonly sortkey: readonly string[];
  readonly sortkey_style: 'compound' | 'interleaved';
  readonly grant_select_to: readonly string[];
  readonly analyze_after_rows: number;
  /** Patterns of properties; if there is none, all are included. */
  readonly include_columns: readonly string[];
  readonly exclude_columns: readonly string[];
  /** Of masks that are hashes. */
  readonly mask_salt: string | undefined;
}
