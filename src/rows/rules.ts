/** What the records of one protocol are taken for, where that is not a matter of their columns. */
import { DELETED_AT } from '../table/metadata.ts';
import { SINGER_METADATA, type MetadataValues } from './metadata.ts';

export interface RecordRules {
  readonly metadata: MetadataValues;
  /** The property that says that the row of the record was deleted in the source; undefined without one. */
  readonly deletionMark: string | undefined;
  /** A record that has none of the properties of its schema is a row of NULLs, and not a sign of a mistake. */
  readonly takesStrangers: boolean;
  /** Of a row that is longer than COPY takes, values become NULL, the longest first; otherwise the record is rejected. */
  readonly shortensRows: boolean;
  /** A record that cannot become a row may be set aside; otherwise it ends the run, whatever the settings say. */
  readonly setsAside: boolean;
}

export const SINGER_RULES: RecordRules = {
  metadata: SINGER_METADATA,
  deletionMark: DELETED_AT,
  takesStrangers: false,
  shortensRows: false,
  setsAside: true,
};
