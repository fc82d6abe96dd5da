import type { Config } from './options.ts';

/** The schemas that streams are told to go to; those that follow from names of streams are not known yet. */
export function schemasOf({ target_schema, schema_mapping, streams }: Config): string[] {
  const mapped = Object.values(schema_mapping).filter((schema) => !schema.includes('{schema}'));
  const own = Object.values(streams).flatMap(({ schema }) => (schema === undefined ? [] : [schema]));
  return [...new Set([target_schema, ...mapped, ...own])];
}
