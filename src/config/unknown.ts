/**
 * Unknown names in a configuration. Names that resemble an option, and options of other tools that would change what is
 * loaded, are grave: if they were ignored, a run would load other data than was asked for.
 */
import { canonicalName, KNOWN_NAMES, translated, type Stranger } from './aliases.ts';
import { nearest } from './near.ts';
import { option as optionOf, streamOptions } from './options.ts';
import { adviceFor, choosingAdvice, isHarmless, REFUSED_WORDS } from './refused.ts';
import { isEmpty, isObject, type Input } from './translations.ts';
import { UNUSED_WORDS, uselessness } from './unused.ts';

export interface Unknown {
  /** The problem, up to a semicolon or colon. */
  readonly what: string;
  /** What to use instead, including the punctuation before it; empty if that is not known. */
  readonly instead: string;
  /** If it were ignored, a run would load other data than was asked for, or in another way. */
  readonly isGrave: boolean;
  /** The option that may be meant is only a guess. */
  readonly isGuess?: true;
}

export interface Sorted {
  /** Without the unknown names. */
  readonly input: Input;
  readonly unknown: readonly Unknown[];
}

/** Editors look there for the JSON Schema. */
const EDITOR_NAME = '$schema';

const streamNames = new Set(streamOptions().map(([name]) => name));

/** Shorter words resemble too many others. */
const MIN_LETTERS = 6;
const wordsToResemble = [...REFUSED_WORDS, ...UNUSED_WORDS].filter((word) => word.length >= MIN_LETTERS);

/** Separates the unknown names at the top level, in objects of other tools, and in the objects of our own options. */
export function sortOut(given: Input, strangers: readonly Stranger[]): Sorted {
  const input: Record<string, unknown> = {};
  const unknown: Unknown[] = [];
  for (const [name, value] of Object.entries(given)) {
    const option = optionOf(name);
    if (option?.type === 'object') input[name] = withoutStrangers([name], value, option.schema, unknown);
    else if (option) input[name] = value;
    else if (name !== EDITOR_NAME) unknown.push(...judge([name], value, KNOWN_NAMES));
  }
  for (const { path, value, candidates } of strangers) unknown.push(...judge(path, value, candidates));
  return { input, unknown };
}

/** A name at a place for options. Nothing is returned for options that ask for nothing. */
function judge(path: readonly string[], value: unknown, candidates: readonly string[]): Unknown[] {
  const name = path.at(-1) ?? '';
  if (isHarmless(name, value)) return [];
  const what = `there is no option "${path.join('.')}"`;
  const advice = adviceFor(name, value);
  if (advice !== undefined) return [{ what, instead: `: ${advice}`, isGrave: true }];
  if (streamNames.has(name)) {
    const instead = `: it is an option of single streams, set streams.NAME.${name}; "*" in NAME matches any characters`;
    return [{ what: `"${name}" is not an option for all streams`, instead, isGrave: true }];
  }
  const near = nearest(name, [...candidates, ...streamNames, ...wordsToResemble]);
  if (near !== undefined && isHarmless(near, value)) return [];
  return [{ what, ...(near === undefined ? UNLIKE : likeness(near, value)) }];
}

const UNLIKE = { instead: '', isGrave: false };

/** The result for a name that resembles another one. */
function likeness(near: string, value: unknown): Omit<Unknown, 'what'> {
  if (uselessness(near) !== undefined) return UNLIKE;
  const advice = adviceFor(near, value);
  if (advice !== undefined) return guess(`; did you mean "${near}"? That is not an option either: ${advice}`);
  if (streamNames.has(near)) return guess(`; did you mean "streams.NAME.${near}"?`);
  const meant = ourNames(near, value);
  if (meant.length === 0) return UNLIKE;
  return guess(`; did you mean ${meant.map((one) => `"${one}"`).join(' and ')}?`);
}

function guess(instead: string): Omit<Unknown, 'what'> {
  return { instead, isGrave: true, isGuess: true };
}

/** The options that a known name sets; an object of another tool is returned as it is. */
function ourNames(name: string, value: unknown): readonly string[] {
  const canonical = canonicalName(name);
  if (canonical !== undefined) return [canonical];
  const said = translated(name, value);
  return said === undefined ? [name] : Object.keys(said);
}

/** The parts of the JSON Schema of an object option that matter here. */
interface ObjectSchema {
  readonly properties?: Readonly<Record<string, ObjectSchema>>;
  readonly additionalProperties?: boolean | ObjectSchema;
}

/** A copy of a value without the members that its schema does not have. */
function withoutStrangers(
  path: readonly string[],
  value: unknown,
  { properties = {}, additionalProperties }: ObjectSchema,
  unknown: Unknown[],
): unknown {
  if (!isObject(value)) return value;
  const kept = Object.entries(value).flatMap(([name, member]): [string, unknown][] => {
    const schema = Object.hasOwn(properties, name)
      ? properties[name]
      : typeof additionalProperties === 'object'
        ? additionalProperties
        : undefined;
    if (schema) return [[name, withoutStrangers([...path, name], member, schema, unknown)]];
    unknown.push(...judgeMember(path, name, member, Object.keys(properties)));
    return [];
  });
  return Object.fromEntries(kept);
}

/** A name in one of our own objects, where names of other tools do not occur: every unknown name is grave. */
function judgeMember(
  path: readonly string[],
  name: string,
  value: unknown,
  members: readonly string[],
): Unknown[] {
  const isStream = path.length === 2 && path[0] === 'streams';
  const advice = isStream ? adviceFor(name, value) : choosingAdvice(name);
  if (isEmpty(value) && advice !== undefined) return [];
  const what = `"${path.join('.')}" has no option "${name}"`;
  if (advice !== undefined) return [{ what, instead: `: ${advice}`, isGrave: true }];
  const meant = meantMember(name, value, members);
  const list = `its options are ${members.join(', ')}`;
  if (meant !== undefined) return [{ what, instead: `; did you mean "${meant}"? (${list})`, isGrave: true }];
  if (isStream && canonicalName(name) !== undefined) {
    const option = canonicalName(name) ?? '';
    const instead = `: "${option}" is set at the top level, for the whole run; for a stream ${list}`;
    return [{ what, instead, isGrave: true }];
  }
  return [{ what, instead: `; ${list}`, isGrave: true }];
}

/** The member that may be meant: another tool has this name for it, or it is similar. */
function meantMember(name: string, value: unknown, members: readonly string[]): string | undefined {
  const isMember = (one: string): boolean => members.includes(one);
  const exact = canonicalName(name);
  // The only option of a run that has another name for a stream.
  if (exact === 'target_schema' && isMember('schema')) return 'schema';
  if (exact !== undefined && isMember(exact)) return exact;
  const said = Object.keys(translated(name, value) ?? {});
  if (said.length > 0 && said.every(isMember)) return said.join('" and "');
  if (exact !== undefined) return undefined;
  const names = KNOWN_NAMES.filter((known) => {
    const ours = ourNames(known, value);
    return ours.length > 0 && ours.every(isMember);
  });
  const near = nearest(name, [...members, ...names]);
  if (near === undefined || isMember(near)) return near;
  return ourNames(near, value).join('" and "');
}

/** What to do about an unknown name, by `unknown_options`. */
export function verdict(
  { what, instead, isGrave, isGuess }: Unknown,
  policy: unknown,
): { readonly isProblem: boolean; readonly sentence: string } {
  if (policy === 'warn' || (!isGrave && policy !== 'fail')) {
    return { isProblem: false, sentence: `${what}; it is ignored${instead}` };
  }
  const why = isGrave ? '' : ', and "unknown_options" is "fail"';
  const wayOut = isGuess && policy !== 'fail' ? ' (to ignore it, set "unknown_options" to "warn")' : '';
  return { isProblem: true, sentence: `${what}${why}${instead}${wayOut}` };
}
