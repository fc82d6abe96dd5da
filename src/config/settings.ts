/**
 * The settings of one stream: the options for all streams, overridden by what `schema_mapping` sets for its source, overridden
 * by the entry in `streams` that matches its name.
 */
import { matchesGlob } from '../glob.ts';
import { mappingOf } from './mapping.ts';
import type { Values } from './option.ts';
import type { Config, StreamEntry } from './options.ts';
import { CHANGE_KINDS, type ChangeKind, type ChangePolicy, type TableSettings } from '../table/settings.ts';
import { STREAM_ONLY, TABLES } from './tables.ts';

export interface StreamSettings
  extends
    TableSettings,
    Omit<Values<typeof TABLES>, 'schema_changes'>,
    Omit<Values<typeof STREAM_ONLY>, 'key_properties'> {
  readonly schema_changes: Readonly<Record<ChangeKind, ChangePolicy>>;
  /** Undefined: those that the tap declares. */
  readonly key_properties: readonly string[] | undefined;
}

export function settingsOf(config: Config, stream: string): StreamSettings {
  const entry = entryOf(config.streams, stream);
  const common = Object.fromEntries(
    Object.keys(TABLES).map((name) => [name, config[name as keyof typeof TABLES]]),
  ) as unknown as Values<typeof TABLES>;
  const { mapped } = mappingOf(stream, config.schema_mapping, entry.table_names ?? config.table_names);
  const { grant_select_to = common.grant_select_to } = mapped?.to ?? {};
  const kinds = { ...common.schema_changes, ...entry.schema_changes };
  const schema_changes = Object.fromEntries(
    CHANGE_KINDS.map((kind) => [kind, kinds[kind] ?? 'evolve']),
  ) as Record<ChangeKind, ChangePolicy>;
  return {
    ...common,
    grant_select_to,
    schema: undefined,
    table: undefined,
    distkey: undefined,
    columns: STREAM_ONLY.columns.default,
    pre_sql: [],
    post_sql: [],
    ...entry,
    key_properties: entry.key_properties,
    schema_changes,
    mask_salt: config.mask_salt,
  };
}

/** The exact name first, then the longest pattern that matches. */
export function entryOf(entries: Readonly<Record<string, StreamEntry>>, stream: string): StreamEntry {
  if (Object.hasOwn(entries, stream)) return entries[stream] ?? {};
  const patterns = Object.keys(entries).filter((name) => isEntryOf(name, stream));
  const [longest] = patterns.sort((a, b) => b.length - a.length);
  return longest === undefined ? {} : (entries[longest] ?? {});
}

/** Whether an entry in `streams` is for this stream: it has its name, or is a pattern that matches it. */
export function isEntryOf(name: string, stream: string): boolean {
  return name === stream || (name.includes('*') && matchesGlob(name, stream));
}
