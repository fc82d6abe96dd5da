/** Finds settings for streams that the run did not have: usually a name is misspelled. */
import { mappingOf } from './mapping.ts';
import { nearest } from './near.ts';
import type { Config } from './options.ts';
import { isEntryOf, settingsOf } from './settings.ts';

/**
 * A sentence for each name in `streams` and each source in `schema_mapping` that matches no stream, if it resembles the name
 * of one. With `isWhole`, which means that every stream of the input is known, one more sentence for all others.
 */
export function unmatched(config: Config, streams: readonly string[], isWhole: boolean): readonly string[] {
  if (streams.length === 0) return [];
  const entries = Object.keys(config.streams);
  const free = streams.filter((stream) => !entries.includes(stream));
  const unused = [
    ...entries
      .filter((entry) => !streams.some((stream) => isEntryOf(entry, stream)))
      .map((entry) => ({ option: `streams.${entry}`, near: nearStream(entry, free) })),
    ...unusedSources(config, streams).map((source) => ({
      option: `schema_mapping.${source}`,
      near: nearest(source, sourcesOf(streams)),
    })),
  ];
  const others = unused.filter(({ near }) => near === undefined).map(({ option }) => option);
  return [
    ...unused.flatMap(({ option, near }) =>
      near === undefined
        ? []
        : [`${option} of the configuration is not used: no stream matches it; did you mean "${near}"?`],
    ),
    ...(others.length > 0 && isWhole
      ? [
          `${others.join(', ')} of the configuration ${others.length > 1 ? 'are' : 'is'} not used: no stream of this run matches`,
        ]
      : []),
  ];
}

/** The stream that a name or pattern may mean: one that is similar, or one that has this name after its source. */
function nearStream(entry: string, streams: readonly string[]): string | undefined {
  if (entry.includes('*')) return nearPattern(entry, streams);
  const behind = streams.find(
    (stream) => /[-.]$/.test(stream.slice(0, -entry.length)) && stream.endsWith(entry),
  );
  return behind ?? nearest(entry, streams);
}

/** In a pattern with one star at its end or start, the fixed part may be misspelled. */
function nearPattern(pattern: string, streams: readonly string[]): string | undefined {
  const fixed = pattern.replace(/^\*|\*$/, '');
  if (fixed === '' || fixed.includes('*')) return undefined;
  const part = (stream: string): string =>
    pattern.endsWith('*') ? stream.slice(0, fixed.length) : stream.slice(-fixed.length);
  const near = nearest(fixed, streams.map(part));
  return streams.find((stream) => part(stream) === near);
}

function unusedSources(config: Config, streams: readonly string[]): readonly string[] {
  const { schema_mapping } = config;
  const used = new Set(
    streams.map(
      (stream) => mappingOf(stream, schema_mapping, settingsOf(config, stream).table_names).mapped?.key,
    ),
  );
  return Object.keys(schema_mapping).filter((source) => source !== '*' && !used.has(source));
}

/** The parts of names before a dash, each once. */
function sourcesOf(streams: readonly string[]): readonly string[] {
  return [...new Set(streams.flatMap((stream) => stream.split('-').slice(0, -1)))];
}
