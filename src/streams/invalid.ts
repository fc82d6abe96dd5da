/** Handles the invalid records of one stream: the policy, the count and its limit, and the report. */
import { count } from '../amounts.ts';
import type { StreamSettings } from '../config/settings.ts';
import { InputError } from '../errors.ts';
import type { Logger } from '../log.ts';
import { placeOf, type Origin } from '../protocol/message.ts';
import { problemOf, type Rejection } from '../rows/rejection.ts';
import { SINGER_RULES, type RecordRules } from '../rows/rules.ts';
import type { Fault } from '../rows/value-error.ts';

type Settings = Pick<StreamSettings, 'on_invalid' | 'null_keys' | 'max_rejected' | 'other_tenants'>;

/** The options that would let the run continue, by kind of fault. */
const WAYS_OUT: Readonly<Record<Fault, string>> = {
  value: 'on_invalid "quarantine" sets such records aside, "null" stores NULL instead of such values',
  key: 'on_invalid "quarantine" sets such records aside',
  'null-key': 'null_keys "quarantine" sets such records aside, "append" adds them as new rows each time',
  table:
    'on_invalid "quarantine" sets such records aside, schema_changes and forbid_ddl say what of a table may change',
  change: 'schema_changes (fail) does not allow the table to be changed for it',
  strange: 'correct the schema that the tap sends; on_invalid "quarantine" sets such records aside',
  tenant:
    'other_tenants "quarantine" sets such records aside, "allow" loads them, for a stream that belongs to all tenants',
  schema:
    'on_invalid "quarantine" sets such records aside, "null" stores NULL instead of such values, and without validate_records the schema is not checked',
};

/** Where no option would. */
const NO_WAY_OUT = 'correct it in the source, or leave the stream out: no record is set aside';

const SHOWN = 3;

export class InvalidRecords {
  readonly #stream: string;
  readonly #settings: Settings;
  readonly #rules: RecordRules;
  /** The place of the files with rejected records of this stream. */
  readonly #folderUrl: string;
  /** The first of them, in words. */
  readonly #first: string[] = [];
  #rejected = 0;
  #nulled = 0;

  constructor(stream: string, settings: Settings, folderUrl: string, rules = SINGER_RULES) {
    this.#rules = rules;
    this.#stream = stream;
    this.#settings = settings;
    this.#folderUrl = folderUrl;
  }

  /** Records that were set aside. */
  get rejected(): number {
    return this.#rejected;
  }

  /** Records that had values set to NULL. */
  get nulled(): number {
    return this.#nulled;
  }

  /** Throws InputError if the invalid record ends the run. */
  check(rejection: Rejection, origin: Origin): void {
    if (this.#policyFor(rejection) !== 'fail') return;
    const seen = rejection.seen === undefined ? '' : `: ${rejection.seen}`;
    throw new InputError(
      `Cannot load stream "${this.#stream}", ${placeOf(origin)}: ${problemOf(rejection)}${seen}; ${this.#rules.setsAside ? WAYS_OUT[rejection.fault] : NO_WAY_OUT}`,
      { stream: this.#stream, line: origin.line, file: origin.file },
    );
  }

  /** Counts a record that is set aside. Throws InputError if there are too many. */
  countRejected(rejection: Rejection, origin: Origin): void {
    this.#rejected++;
    this.#count(rejection, origin);
  }

  /** Counts a record that had values set to NULL. Throws InputError if there are too many. */
  countNulled([first]: readonly Rejection[], origin: Origin): void {
    this.#nulled++;
    if (first) this.#count(first, origin);
  }

  /** Reports all of them, at the end of a run. */
  report(log: Logger): void {
    const stream = this.#stream;
    if (this.#rejected > 0) {
      log.warn(
        { stream, rejected: this.#rejected, rejected_files: this.#folderUrl, first: this.#first },
        `set aside ${count(this.#rejected, 'invalid record')} of ${stream} in ${this.#folderUrl}`,
      );
    }
    if (this.#nulled > 0) {
      log.warn(
        { stream, nulled: this.#nulled, first: this.#first },
        `set invalid values of ${count(this.#nulled, 'record')} of ${stream} to NULL: see the column ${this.#rules.metadata.changesField}`,
      );
    }
  }

  #policyFor({ fault }: Rejection): 'fail' | 'quarantine' {
    const { on_invalid, null_keys, other_tenants } = this.#settings;
    if (!this.#rules.setsAside) return 'fail';
    if (fault === 'tenant') return other_tenants === 'fail' ? 'fail' : 'quarantine';
    if (fault === 'change') return 'fail';
    if (fault === 'null-key' && null_keys !== undefined) return null_keys === 'fail' ? 'fail' : 'quarantine';
    return on_invalid === 'fail' ? 'fail' : 'quarantine';
  }

  #count(rejection: Rejection, origin: Origin): void {
    if (this.#first.length < SHOWN) this.#first.push(`${placeOf(origin)}: ${problemOf(rejection)}`);
    const { max_rejected } = this.#settings;
    if (this.#rejected + this.#nulled <= max_rejected) return;
    const where = this.#rejected > 0 ? `; those that were set aside are in ${this.#folderUrl}` : '';
    throw new InputError(
      `Cannot continue with stream "${this.#stream}": ${count(this.#rejected, 'record')} ${this.#rejected === 1 ? 'was' : 'were'} set aside and ${this.#nulled} had values set to NULL, ` +
        `and max_rejected allows ${max_rejected}; the first: ${this.#first.join('; ')}${where}`,
      { stream: this.#stream, line: origin.line, file: origin.file },
    );
  }
}
