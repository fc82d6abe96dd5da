/** Which properties of a stream become columns, and which of these are masked, by the configuration. */
import { matchesGlob } from '../glob.ts';
import { InputError } from '../errors.ts';
import { masked } from './mask.ts';
import { columnSetting, type TableSettings } from './settings.ts';
import type { Column } from './types.ts';

export interface Choice {
  readonly columns: readonly Column[];
  /** The columns that the configuration leaves out. */
  readonly left: readonly Column[];
  /** Patterns of the configuration that match no property. */
  readonly unused: readonly string[];
  /** Properties of a record whose values must not be shown: those that are left out or masked, with all that they contain. */
  readonly hidden: ReadonlySet<string>;
}

type ChoiceSettings = Pick<TableSettings, 'include_columns' | 'exclude_columns' | 'columns' | 'mask_salt'>;

/** Throws InputError if a key would be left out or would not identify rows any more, and if no column is left. */
export function chooseColumns(
  stream: string,
  declared: readonly Column[],
  settings: TableSettings & ChoiceSettings,
): Choice {
  const { include_columns: included, exclude_columns: excluded, mask_salt: salt = '' } = settings;
  const refuse = (what: string): never => {
    throw new InputError(`Cannot load stream "${stream}": ${what}`, { stream });
  };
  const matchesAny = (patterns: readonly string[], { property }: Column): boolean =>
    patterns.some((pattern) => matchesGlob(pattern, property));
  const isLeft = (column: Column): boolean =>
    matchesAny(excluded, column) || (included.length > 0 && !column.isKey && !matchesAny(included, column));
  const left = declared.filter(isLeft);
  const columns = declared
    .filter((column) => !isLeft(column))
    .map((column) => {
      const { mask } = columnSetting(settings, column.property);
      return mask === undefined ? column : masked(column, mask, salt);
    });
  for (const { property, isKey, mask } of [...left, ...columns]) {
    if (!isKey) continue;
    if (left.some((one) => one.property === property))
      refuse(
        `exclude_columns leaves out its key property "${property}"; to identify rows without showing it, set ` +
          `streams.${stream}.columns.${property}.mask to hash`,
      );
    if (mask && !mask.identifies)
      refuse(
        `with the mask ${mask.kind}, its key property "${property}" would identify no rows; use the mask hash`,
      );
  }
  if (columns.length === 0 && declared.length > 0)
    refuse('include_columns and exclude_columns leave none of its properties');
  const unused = [...included, ...excluded].filter(
    (pattern) => !declared.some(({ property }) => matchesGlob(pattern, property)),
  );
  const hidden = [...left, ...columns.filter(({ mask }) => mask)].map(({ property, source }) =>
    source.kind === 'property' ? (source.path[0] ?? property) : property,
  );
  return { columns, left, unused, hidden: new Set(hidden) };
}
