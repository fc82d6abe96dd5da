/** What a statement's reading depends on besides its text. */
import { HOSTILE, type Readings } from '../readings.ts';

/** The state of a session that decides how its statements are read. */
export interface Dialect {
  /** Whether quoted names keep their case (`enable_case_sensitive_identifier`). */
  readonly keepCase: boolean;
  readonly readings: Readings;
  /** Whether the warehouse holds this name under a shorter one. */
  readonly knowsLongName: (name: string) => boolean;
}

/** That of a new session in an empty warehouse. */
export const DEFAULT_DIALECT: Dialect = { keepCase: false, readings: HOSTILE, knowsLongName: () => false };
