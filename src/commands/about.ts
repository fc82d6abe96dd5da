/** `--about`: what this program is and which options it has, for people and for Meltano. */
import { configSchema } from '../config/json-schema.ts';
import type { Option } from '../config/option.ts';
import { optionGroups, options, type OptionGroup } from '../config/options.ts';

const DESCRIPTION = 'Loads any Singer tap into Amazon Redshift through S3 and COPY.';

/** The capabilities of the program, with the names of the Singer SDK. */
const CAPABILITIES = [
  'about',
  'activate-version',
  'batch',
  'hard-delete',
  'schema-flattening',
  'soft-delete',
  'structured-logging',
  'target-schema',
  'validate-records',
];

export function about(format: 'text' | 'json' | 'markdown', version: string): string {
  switch (format) {
    case 'json':
      return JSON.stringify(
        {
          name: 'target-redshift',
          description: DESCRIPTION,
          version,
          sdk_version: null,
          capabilities: CAPABILITIES,
          settings: configSchema(),
        },
        undefined,
        2,
      );
    case 'markdown':
      return `# target-redshift\n\n${DESCRIPTION}\n\nVersion ${version}\n\n## Settings\n\n${optionTables()}`;
    case 'text':
      return [
        `target-redshift ${version}`,
        DESCRIPTION,
        `Capabilities: ${CAPABILITIES.join(', ')}`,
        'Settings:',
        ...options().map(([name, option]) => `  ${name.padEnd(26)} ${option.description}${note(option)}`),
      ].join('\n');
  }
}

/** The options as Markdown, a table for each group, as the documentation shows them. */
export function optionTables(): string {
  return optionGroups()
    .map(({ title, options }) => `### ${title}\n\n${table(options)}`)
    .join('\n\n');
}

function table(options: OptionGroup['options']): string {
  const rows = options.map(
    ([name, option]) =>
      `| \`${name}\` | ${option.type} | ${option.required ? 'required' : shown(option)} | ${option.description}${choices(option)} |`,
  );
  return ['| option | type | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function note(option: Option): string {
  if (option.required) return ' (required)';
  return 'default' in option ? ` (default ${valueText(option.default)})` : '';
}

function valueText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** An empty list or object is shown as no default. */
function shown(option: Option): string {
  if (!('default' in option)) return '';
  const isEmpty = typeof option.default === 'object' && Object.keys(option.default).length === 0;
  return isEmpty ? '' : `\`${valueText(option.default)}\``;
}

function choices(option: Option): string {
  return option.type === 'string' && option.oneOf
    ? ` One of ${option.oneOf.map((one) => `\`${one}\``).join(', ')}.`
    : '';
}
