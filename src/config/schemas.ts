/** The database schemas that the configuration names. */
import { givenName, schemaName } from '../table/names.ts';
import { mappedSchema } from './mapping.ts';
import type { Config } from './options.ts';

/**
 * Each schema once, the target schema first. If its name follows from one that only the source knows, `unknown` takes the place
 * of that name; without `unknown` such schemas are left out.
 */
export function schemasOf(config: Config, unknown?: string): readonly string[] {
  const mapped = Object.entries(config.schema_mapping).flatMap(([source, to]) => {
    const target = mappedSchema(to).schema;
    if (source !== '*') return [schemaName(target, source, config.naming)];
    if (!target.includes('{schema}')) return [givenName(target)];
    return unknown === undefined ? [] : [givenName(target).replaceAll('{schema}', unknown)];
  });
  const ofStreams = Object.values(config.streams).flatMap(({ schema }) =>
    schema === undefined ? [] : [givenName(schema)],
  );
  return [...new Set([config.target_schema, ...mapped, ...ofStreams])];
}
