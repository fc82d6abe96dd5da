/**
 * The option names of other tools: ten loaders, Airbyte's nested objects, Meltano's. A name with the same meaning is
 * translated, and a hint says so. Unknown names are left to `unknown.ts`.
 */
import { copyOptionsWarning } from './copy-options.ts';
import { GROUPS, isSwitchedOn, SHAPES, type Group } from './groups.ts';
import { option as optionOf, options } from './options.ts';
import { differencesOfPipelinewise, isMappingOfPipelinewise, plainMapping } from './pipelinewise.ts';
import { fromJson, isEmpty, isObject, isOff, TRANSLATIONS, VALUES, type Input } from './translations.ts';
import { uselessness } from './unused.ts';

export type { Input } from './translations.ts';

/** A member of an object of another tool that has no meaning here. */
export interface Stranger {
  /** Includes the names of the objects that it is in. */
  readonly path: readonly string[];
  readonly value: unknown;
  /** The options that may have been meant. */
  readonly candidates: readonly string[];
}

export interface Renamed {
  /** With our option names; unknown names stay. */
  readonly input: Input;
  /** Names that were translated, as `theirs is read as ours`. */
  readonly hints: readonly string[];
  /** Sentences about names that are known and not used here. */
  readonly warnings: readonly string[];
  readonly problems: readonly string[];
  readonly strangers: readonly Stranger[];
}

/** A name that also sets another option, unless the configuration sets that option itself. */
interface Implied {
  readonly word: string;
  readonly isMeant: (value: unknown) => boolean;
  readonly option: string;
  readonly value: string;
  readonly because: string;
}

const IMPLIED: readonly Implied[] = [
  {
    word: 'default_target_schema',
    isMeant: (value) => !isEmpty(value),
    option: 'table_names',
    value: 'last-part',
    because: 'as other loaders with this option name tables',
  },
  {
    word: 'schema_mapping',
    isMeant: isMappingOfPipelinewise,
    option: 'table_names',
    value: 'last-part',
    because: 'as pipelinewise-target-redshift names tables',
  },
];

const ALIASES: ReadonlyMap<string, string> = new Map(
  options().flatMap(([name, { aliases = [] }]) => aliases.map((alias) => [alias, name] as const)),
);

/** All names of other tools that are translated. */
export const FOREIGN_NAMES: readonly string[] = [
  ...ALIASES.keys(),
  ...Object.keys(TRANSLATIONS),
  ...Object.keys(GROUPS),
];

/** Every name that a configuration may contain. */
export const KNOWN_NAMES: readonly string[] = [
  ...options().flatMap(([name, { secret }]) => (secret ? [name, `${name}_file`] : [name])),
  ...FOREIGN_NAMES,
];

/** The option with the same meaning and values as a name; undefined if there is none. */
export function canonicalName(name: string): string | undefined {
  return isOurs(name) ? name : ALIASES.get(name);
}

/** The options that a name with other values sets; undefined for all other names. */
export function translated(name: string, value: unknown): Input | undefined {
  return own(TRANSLATIONS, name)?.(value);
}

/** Translates the names of options. Two names of one option with different values are a problem, even if one is ours. */
export function renameForeign(given: Input): Renamed {
  const renaming = new Renaming();
  for (const [name, value] of Object.entries(given)) if (value !== null) renaming.take([name], value, {});
  renaming.finish(given);
  return renaming;
}

class Renaming implements Renamed {
  readonly input: Record<string, unknown> = {};
  readonly hints: string[] = [];
  readonly warnings: string[] = [];
  readonly problems: string[] = [];
  readonly strangers: Stranger[] = [];
  /** The path that set each option, by our name. */
  readonly #sources = new Map<string, string>();

  /** `names` are the names of the members of a group, which may differ from those of options. */
  take(path: readonly string[], value: unknown, names: Group): void {
    const [name = '', text] = [path.at(-1), path.join('.')];
    const ours = own(names, name) ?? canonicalName(name);
    const group = own(GROUPS, name);
    const reason = uselessness(name);
    if (ours !== undefined) this.#takeOption(ours, value, text);
    else if (group && (path.length === 1 || isObject(value))) this.#takeGroup(path, value, group);
    else if (own(TRANSLATIONS, name)) this.#translate(name, value, text);
    else if (name === 'copy_options') this.#warn(value, copyOptionsWarning(value));
    else if (reason !== undefined) this.#warn(value, `"${text}" is not used: ${reason}`);
    else if (path.length === 1) this.#set(name, value, text);
    else if (!SHAPES.has(name)) {
      this.strangers.push({ path, value, candidates: [...Object.keys(names), ...KNOWN_NAMES] });
    }
  }

  /** The meaning of all options together. */
  finish(given: Input): void {
    for (const { word, isMeant, option, value, because } of IMPLIED) {
      if (!isMeant(given[word]) || this.#sources.has(option)) continue;
      this.#set(option, value, word);
      this.hints.push(`"${word}" sets ${option} to "${value}", ${because}`);
    }
    const { input } = this;
    // Without user and password, the login uses the IAM identity that these options switch on.
    if (isOff(given['enable_iam_authentication']) || given['authenticationMethod'] === 'password') {
      if (input['password'] !== undefined || input['password_file'] !== undefined)
        delete input['cluster_identifier'];
    }
    this.warnings.push(...differencesOfPipelinewise(given, input));
  }

  /** An option of another tool with an empty value counts as not set. */
  #takeOption(name: string, given: unknown, path: string): void {
    if (given === '' && path !== name) return;
    const value = name === 'schema_mapping' ? this.#mapping(given) : given;
    const read = own(own(VALUES, name) ?? {}, String(value));
    this.#set(name, read ?? value, path);
    if (path !== name) this.hints.push(`"${path}" is read as ${name}`);
    if (read !== undefined) this.hints.push(`"${path}": ${JSON.stringify(value)} is read as ${read}`);
  }

  #takeGroup(path: readonly string[], value: unknown, names: Group): void {
    if (isEmpty(value)) return;
    if (!isObject(value)) {
      this.problems.push(
        `"${path.join('.')}" must be an object of options, as in the tool that has this option`,
      );
      return;
    }
    if (!isSwitchedOn(path.at(-1) ?? '', value)) return;
    for (const [member, of] of Object.entries(value))
      if (of !== null) this.take([...path, member], of, names);
  }

  #translate(name: string, value: unknown, path: string): void {
    const said = value === '' ? {} : (translated(name, value) ?? {});
    for (const [to, of] of Object.entries(said)) this.#set(to, of, path);
    const words = Object.keys(said);
    if (words.length > 0) this.hints.push(`"${path}" sets ${words.join(' and ')}`);
  }

  #mapping(given: unknown): unknown {
    const { mapping, hints, warnings } = plainMapping(fromJson(given));
    this.hints.push(...hints);
    this.warnings.push(...warnings);
    return mapping;
  }

  #set(name: string, value: unknown, source: string): void {
    const before = this.#sources.get(name);
    if (before !== undefined && JSON.stringify(this.input[name]) !== JSON.stringify(value)) {
      this.problems.push(
        `"${before}" and "${source}" mean the same option and differ: keep one, best "${name}"`,
      );
      return;
    }
    this.#sources.set(name, source);
    this.input[name] = value;
  }

  /** An option that asks for nothing needs no warning. */
  #warn(value: unknown, sentence: string): void {
    if (!isEmpty(value)) this.warnings.push(sentence);
  }
}

/** Names come from outside, so inherited members such as `toString` must not be found. */
function own<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

function isOurs(name: string): boolean {
  return optionOf(name) !== undefined || optionOf(name.replace(/_file$/, ''))?.secret === true;
}
