/** The rules of one protocol for its records, apart from those of their columns. */
import { DELETED_AT } from '../table/metadata.ts';
import { SINGER_METADATA, type MetadataValues } from './metadata.ts';

export interface RecordRules {
  readonly metadata: MetadataValues;
  /** The property that marks the row of a record as deleted in the source; undefined if there is none. */
  readonly deletionMark: string | undefined;
  /** A record without any property of its schema becomes a row of NULLs and is not invalid. */
  readonly takesStrangers: boolean;
  /** In a row that is longer than COPY accepts, values become NULL, the longest first. Otherwise the record is invalid. */
  readonly shortensRows: boolean;
  /** A record that cannot become a row may be set aside. Otherwise it ends the run, whatever the settings are. */
  readonly setsAside: boolean;
}

export const SINGER_RULES: RecordRules = {
  metadata: SINGER_METADATA,
  deletionMark: DELETED_AT,
  takesStrangers: false,
  shortensRows: false,
  setsAside: true,
};
