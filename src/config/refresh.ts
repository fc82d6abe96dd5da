/** `--refresh STREAM`: the rows of this run replace those of the table, whatever the load method of the stream is otherwise. */
import type { Config, StreamEntry } from './options.ts';
import { entryOf } from './settings.ts';

export function withRefreshed(config: Config, streams: readonly string[]): Config {
  const entries = streams.map((stream): [string, StreamEntry] => [
    stream,
    { ...entryOf(config.streams, stream), load_method: 'overwrite' },
  ]);
  return { ...config, streams: { ...config.streams, ...Object.fromEntries<StreamEntry>(entries) } };
}
