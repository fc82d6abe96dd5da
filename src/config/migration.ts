/** A configuration of another loader, translated: the options here, and what has no counterpart. */
import { renameForeign } from './aliases.ts';
import { option as optionOf } from './options.ts';
import { withoutNulls } from './sources.ts';
import type { Tool } from './tools.ts';
import { isOn, type Input } from './translations.ts';
import { sortOut, verdict } from './unknown.ts';

export interface Migration {
  /** Accepted by this program, without secrets: their places have variables. */
  readonly options: Input;
  /** What was read in which way, and which defaults of the tool were written down. */
  readonly notes: readonly string[];
  /** Options that are not needed here, each with the reason. */
  readonly unused: readonly string[];
  /** Options that would change what is loaded and that this program does not have: the user must decide. */
  readonly missing: readonly string[];
  /** Variables of the environment that the options refer to. */
  readonly variables: readonly string[];
}

/** What a tool does without being told, where this program does something else by default. */
interface Default {
  readonly option: string;
  readonly value: unknown;
  readonly because: string;
  /** True if it depends on the configuration, and holds for this one. */
  readonly holds?: (options: Input) => boolean;
}

const LAST_PART: Default = {
  option: 'table_names',
  value: 'last-part',
  because: 'its tables are named after the last part of a stream',
};

const VALIDATES: Default = {
  option: 'validate_records',
  value: true,
  because: 'it checks records against their schema by default',
};

const DEFAULTS: Readonly<Record<Tool, readonly Default[]>> = {
  // README.md and __init__.py of version 1.6.0.
  pipelinewise: [
    LAST_PART,
    { option: 'require_keys', value: true, because: 'its default of primary_key_required is true' },
    {
      option: 'add_record_metadata',
      value: true,
      because: 'its hard_delete adds metadata columns',
      holds: ({ hard_delete }) => isOn(hard_delete),
    },
  ],
  // target.py and sinks.py of version 0.3.2, and the Meltano SDK.
  ticketswap: [
    LAST_PART,
    VALIDATES,
    { option: 'naming', value: 'snake_case', because: 'its SDK converts names to snake_case' },
  ],
  // stream_tracker.py and sql_base.py of its engine.
  datamill: [
    VALIDATES,
    {
      option: 'naming',
      value: 'safe',
      because: 'its names have only letters, digits and underscores',
    },
  ],
  airbyte: [],
  other: [],
};

const PREFIX = 'TARGET_REDSHIFT_';

export function migrationOf(given: Input, tool: Tool): Migration {
  // It advertises the option and never reads it.
  const { load_method: advertised, ...rest } = given;
  const read = tool === 'ticketswap' && advertised !== undefined ? rest : given;
  const known = renameForeign(withoutNulls(read)).input;
  const added = DEFAULTS[tool].filter(
    ({ option, holds }) => known[option] === undefined && (holds?.(known) ?? true),
  );
  const defaults = Object.fromEntries(added.map(({ option, value }) => [option, value]));
  const renamed = renameForeign(withoutNulls({ ...read, ...defaults }));
  const { input, unknown } = sortOut(renamed.input, renamed.strangers);
  const verdicts = unknown.map((one) => verdict(one, undefined));
  const sentences = (isProblem: boolean): string[] =>
    verdicts.filter((one) => one.isProblem === isProblem).map(({ sentence }) => sentence);
  const { options, variables } = withoutSecrets(input);
  return {
    options,
    variables,
    notes: [
      ...renamed.hints,
      ...added.map(({ option, because }) => `${option} is written down because ${because}`),
      ...(read === given
        ? []
        : ['load_method is left out because it is not read there: streams are upserted']),
    ],
    unused: [...renamed.warnings, ...sentences(false)],
    missing: [...renamed.problems, ...sentences(true)],
  };
}

/** With a variable for each secret, unless a variable is there already. */
function withoutSecrets(input: Input): { options: Input; variables: string[] } {
  const variables: string[] = [];
  const options = Object.entries(input).map(([name, value]): [string, unknown] => {
    if (!optionOf(name)?.secret || typeof value !== 'string' || value === '' || value.includes('${'))
      return [name, value];
    const variable = PREFIX + name.toUpperCase();
    variables.push(variable);
    return [name, `\${${variable}}`];
  });
  return { options: Object.fromEntries(options), variables };
}
