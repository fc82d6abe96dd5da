/** What a statement's reading depends on besides its text. */
import { HOSTILE, type Readings } from '../readings.ts';

/** The state of a session that decides how its statements are read. */
export interface Dialect {
  /** Whether quoted names keep their case (`enable_case_sensitive_identifier`). */
  readonly keepCase: boolean;
  /** Whether unquoted attributes of SUPER keep theirs (`enable_case_sensitive_super_attribute`). */
  readonly keepsAttributeCase: boolean;
  /** The name of the database. */
  readonly database: string;
  /** Whether strings are compared without their case where nothing else is said ("CREATE DATABASE", COLLATE). */
  readonly ignoresCase: boolean;
  readonly readings: Readings;
  /** The names that the warehouse holds under shorter ones. */
  readonly longNames: ReadonlySet<string>;
}

/** That of a new session in an empty warehouse. */
export const DEFAULT_DIALECT: Dialect = {
  keepCase: false,
  keepsAttributeCase: false,
  database: 'dev',
  ignoresCase: false,
  readings: HOSTILE,
  longNames: new Set(),
};
