/** The settings of a session that the endpoint itself must know: how names are read and shown, and the label of its queries. */
import type { Readings } from '../readings.ts';
import type { Statement } from '../sql/statement.ts';
import type { Upstream } from '../wire/upstream.ts';
import type { LongNames } from './names.ts';
import type { Translator } from './translator.ts';

const CASE = 'enable_case_sensitive_identifier';
/** The older form of the first, with the opposite sense. */
const FOLD = 'downcase_delimited_identifier';
const UPPER = 'describe_field_name_in_uppercase';
const ATTRIBUTE_CASE = 'enable_case_sensitive_super_attribute';
const GROUP = 'query_group';
const NAMES = [CASE, FOLD, UPPER, ATTRIBUTE_CASE, GROUP];
/** A setting of Redshift's own in a translated SET or RESET, with its value if it is a plain string. */
const OWN_SETTING = /\brs\.(\w+)(?: TO '((?:[^'\\]|'')*)')?/;

/** The settings of the cluster that decide how statements are read. */
interface SettingsCluster {
  readonly database: string;
  readonly readings: Readings;
  readonly longNames: LongNames;
  readonly translator: Translator;
}

/**
 * A copy of the settings. The engine keeps them, because there they follow transactions and users as all settings do; they
 * are read again whenever they may have changed.
 */
export class SessionSettings {
  readonly #values = new Map<string, string>();
  /** Whether the engine may have changed them since they were read. */
  #stale = true;
  #ignoresCase = false;
  readonly #cluster: SettingsCluster;

  constructor(cluster: SettingsCluster) {
    this.#cluster = cluster;
  }

  /** Reads a message. @throws RedshiftError as `translate` does. */
  async translate(text: string): Promise<readonly Statement[]> {
    const keepCase = this.#values.get(CASE) === 'on' || this.#values.get(FOLD) === 'off';
    const ignoresCase = this.#ignoresCase;
    const { keepsAttributeCase } = this;
    const { database, readings, longNames, translator } = this.#cluster;
    const dialect = {
      keepCase,
      keepsAttributeCase,
      database,
      ignoresCase,
      readings,
      longNames: longNames.all,
    };
    return await translator.translate(text, dialect);
  }

  /** The body of a Bind for a query of the catalog, with long names in their short form. */
  shortenNames(bind: Buffer): Buffer {
    return this.#cluster.longNames.shorten(bind);
  }

  /** Whether results name their columns in upper case. */
  get upperCaseFields(): boolean {
    return this.#values.get(UPPER) === 'on';
  }

  /** The label of queries in the system tables ("query_group"). */
  get queryGroup(): string {
    const group = this.#values.get(GROUP) ?? '';
    return ['', 'unset'].includes(group) ? 'default' : group;
  }

  /** Whether unquoted attributes of SUPER keep their case. */
  get keepsAttributeCase(): boolean {
    return this.#values.get(ATTRIBUTE_CASE) === 'on';
  }

  /**
   * To be called before a message is read. Inside a transaction a query would take the snapshot, so what `follow` has seen
   * must do.
   */
  async settle(upstream: Upstream): Promise<void> {
    if (!this.#stale || upstream.status !== 'I') return;
    const list = NAMES.map((name) => `coalesce(current_setting('rs.${name}', true), '')`).join(', ');
    const [row = []] = await upstream.run(`SELECT ${list}, pg_catalog.db_collation()`);
    this.#ignoresCase = row[NAMES.length] === 'case_insensitive';
    NAMES.forEach((name, at) => this.#values.set(name, row[at] ?? ''));
    this.#stale = false;
  }

  /** To be called after a statement that has succeeded. */
  follow({ verb, sql }: Statement): void {
    if (/\bset_config\b/i.test(sql)) this.#stale = true;
    if (verb !== 'SET' && verb !== 'RESET') return;
    const [, name = '', value] = OWN_SETTING.exec(sql) ?? [];
    if (NAMES.includes(name) && value !== undefined) this.#values.set(name, value.replaceAll("''", "'"));
    if (NAMES.includes(name) || /^RESET ALL|AUTHORIZATION/.test(sql)) this.#stale = true;
  }
}
