/** What pipelinewise-target-redshift alone has, and what its options mean there only (README.md and db_sync.py of its version 1.6.0). */
import { fromJson, grantees, isEmpty, isObject, isOn, type Input } from './translations.ts';

/** Options that no other tool has. */
const OPTIONS = [
  ...['default_target_schema_select_permissions', 'add_metadata_columns', 'data_flattening_max_level'],
  ...['primary_key_required', 'flush_all_streams', 'disable_table_cache', 'skip_updates'],
];

const PERMISSIONS = 'target_schema_select_permissions';

/** Members of the object that `schema_mapping` gives each source there. */
const MEMBERS = ['target_schema', PERMISSIONS, 'indices'];

export function isMappingOfPipelinewise(given: unknown): boolean {
  const mapping = fromJson(given);
  return isObject(mapping) && Object.values(mapping).some(isOfPipelinewise);
}

/** The mapping in our words; what is no object, and members that are not known, stay for the validation. */
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
        `"schema_mapping.${source}.indices" is not used: Redshift has no indexes; sortkey and distkey order and distribute the tables that are created`,
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

/** An empty list of permissions means that no one gets any, whatever the option for all schemas says. */
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

/** Sentences on what a configuration of it means there and not here; `input` is the same in our words. */
export function differencesOfPipelinewise(given: Input, input: Input): readonly string[] {
  const isMapped = isMappingOfPipelinewise(given['schema_mapping']);
  if (!isMapped && !OPTIONS.some((word) => Object.hasOwn(given, word))) return [];
  return [
    ...(isOn(input['hard_delete']) && !isOn(input['add_record_metadata'])
      ? [
          'with "hard_delete" pipelinewise-target-redshift adds metadata columns to every table; here "add_record_metadata" adds them',
        ]
      : []),
    ...(isMapped && input['target_schema'] === undefined
      ? [
          'streams that "schema_mapping" does not map are loaded into the schema "public", where pipelinewise-target-redshift ends the run; "target_schema" names another schema',
        ]
      : []),
  ];
}
