/**
 * Options that only pipelinewise-target-redshift has, or that have a special meaning there (README.md and db_sync.py of
 * version 1.6.0).
 */
import { fromJson, grantees, isEmpty, isObject, isOn, type Input } from './translations.ts';

/** Options that no other tool has. */
const OPTIONS = [
  ...['default_target_schema_select_permissions', 'add_metadata_columns', 'data_flattening_max_level'],
  ...['primary_key_required', 'flush_all_streams', 'disable_table_cache', 'skip_updates'],
];

const PERMISSIONS = 'target_schema_select_permissions';

/** Members of the objects in its `schema_mapping`. */
const MEMBERS = ['target_schema', PERMISSIONS, 'indices'];

export function isMappingOfPipelinewise(given: unknown): boolean {
  const mapping = fromJson(given);
  return isObject(mapping) && Object.values(mapping).some(isOfPipelinewise);
}

/** The mapping with our names. Values that are not objects, and unknown members, are left to the validation. */
export function plainMapping(mapping: unknown): {
  readonly mapping: unknown;
  readonly hints: readonly string[];
  readonly warnings: readonly string[];
} {
  if (!isObject(mapping)) return { mapping, hints: [], warnings: [] };
  const objects = Object.entries(mapping).filter(([, to]) => isOfPipelinewise(to)) as [string, Input][];
  const hints = [
    ...(objects.some(([, to]) => 'target_schema' in to)
      ? ['"target_schema" in schema_mapping is read as schema']
      : []),
    ...(objects.some(([, to]) => PERMISSIONS in to)
      ? [`"${PERMISSIONS}" in schema_mapping is read as grant_select_to`]
      : []),
  ];
  const warnings = objects
    .filter(([, to]) => !isEmpty(to['indices']))
    .map(
      ([source]) =>
        `"schema_mapping.${source}.indices" is not used: Redshift has no indexes; use sortkey and distkey to order and distribute new tables`,
    );
  const plain = Object.entries(mapping).map(([source, to]) => [
    source,
    isObject(to) && isOfPipelinewise(to) ? plainTarget(to) : to,
  ]);
  return { mapping: Object.fromEntries(plain) as Input, hints, warnings };
}

function isOfPipelinewise(to: unknown): boolean {
  return isObject(to) && MEMBERS.some((member) => member in to);
}

/** An empty list of permissions means none, even if the option for all schemas has some. */
function plainTarget({
  target_schema: schema,
  indices: _,
  [PERMISSIONS]: permissions,
  ...rest
}: Input): unknown {
  const more = {
    ...(permissions === undefined || permissions === null ? {} : { grant_select_to: grantees(permissions) }),
    ...rest,
  };
  if (schema === undefined) return more;
  return Object.keys(more).length === 0 ? schema : { schema, ...more };
}

/** Sentences about options that mean something else there; `input` has our names. */
export function differencesOfPipelinewise(given: Input, input: Input): readonly string[] {
  const isMapped = isMappingOfPipelinewise(given['schema_mapping']);
  if (!isMapped && !OPTIONS.some((word) => Object.hasOwn(given, word))) return [];
  return [
    ...(isOn(input['hard_delete']) && !isOn(input['add_record_metadata'])
      ? [
          'with "hard_delete" pipelinewise-target-redshift adds metadata columns to every table; this loader adds them with "add_record_metadata"',
        ]
      : []),
    ...(isMapped && input['target_schema'] === undefined
      ? [
          'streams that "schema_mapping" does not map are loaded into the schema "public", while pipelinewise-target-redshift would end the run; set "target_schema" to use another schema',
        ]
      : []),
  ];
}
