/** What COPY's parsers share: the options read so far and the column list. */
import { SQLSTATE } from '../sqlstates.ts';
import type { CopyCredentials } from './copy-credentials.ts';
import { RedshiftError, type CopyStatement } from './statement.ts';
import type { TokenReader } from './token-reader.ts';

/** The options met so far; a member is set when its option was given. */
export interface CopyDraft {
  credentials?: CopyCredentials;
  /** Delimited text if undefined. */
  format?: 'csv' | 'json' | 'parquet';
  serializesToJson?: boolean;
  delimiter?: string;
  quote?: string;
  json?: Omit<Extract<CopyStatement['format'], { kind: 'json' }>, 'kind'>;
  escape?: boolean;
  removeQuotes?: boolean;
  encoding?: CopyStatement['encoding'];
  region?: string;
  manifest?: boolean;
  compression?: 'gzip' | 'zstd';
  nullAs?: string;
  emptyAsNull?: boolean;
  blanksAsNull?: boolean;
  trimBlanks?: boolean;
  dateFormat?: string;
  timeFormat?: string;
  acceptAnyDate?: boolean;
  replaceInvalid?: string;
  ignoreHeader?: number;
  ignoreBlankLines?: boolean;
  maxError?: number;
  truncateColumns?: boolean;
  roundDecimals?: boolean;
  fillRecord?: boolean;
  explicitIds?: boolean;
  noLoad?: boolean;
  needsOwnership?: boolean;
  /** The words of the options met so far: none may be given twice. */
  readonly seen: Set<string>;
}

/** The column list; a column named twice is 42701. */
export function copyColumns(reader: TokenReader): string[] {
  const names = reader.nameList();
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined)
    throw new RedshiftError(SQLSTATE.duplicateColumn, `column "${twice}" specified more than once`);
  return names;
}
