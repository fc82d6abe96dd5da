/** Checks the names that the configuration gives to schemas, tables and columns against what Redshift accepts. */
import { problemOfName } from '../table/names.ts';
import { mappedSchema } from './mapping.ts';
import type { Config } from './options.ts';

type Given = readonly [option: string, kind: 'schema' | 'table' | 'column', name: string];

/** A sentence for each name that cannot be used. */
export function nameProblems(config: Config): string[] {
  return givenNames(config).flatMap(([option, kind, name]) => {
    const problem = problemOfName(kind, name);
    return problem === undefined
      ? []
      : [`"${option}" cannot be the ${kind} name ${JSON.stringify(name)}: ${problem}`];
  });
}

function givenNames({ target_schema, schema_mapping, streams }: Config): Given[] {
  return [
    ['target_schema', 'schema', target_schema],
    ...Object.entries(schema_mapping).map(([source, to]): Given => [
      `schema_mapping.${source}`,
      'schema',
      mappedSchema(to).schema,
    ]),
    ...Object.entries(streams).flatMap(([stream, { schema, table, columns = {} }]): Given[] => [
      ...(schema === undefined ? [] : [[`streams.${stream}.schema`, 'schema', schema] as const]),
      ...(table === undefined ? [] : [[`streams.${stream}.table`, 'table', table] as const]),
      ...Object.entries(columns).flatMap(([property, { name }]): Given[] =>
        name === undefined ? [] : [[`streams.${stream}.columns.${property}.name`, 'column', name]],
      ),
    ]),
  ];
}
