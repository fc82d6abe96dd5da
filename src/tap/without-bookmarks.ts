/** The state for a tap that is to send some streams again from their beginning. */
import { ConfigError } from '../errors.ts';
import { jsonText, parseObject, type Json, type JsonObject } from '../protocol/json.ts';

/**
 * The state without the bookmarks of these streams, where taps of Singer keep them: `bookmarks.STREAM`. Everything else stays as it
 * is. Throws ConfigError if a stream has no bookmark there: if the tap kept it elsewhere, it would send only new rows, and these would
 * replace the table.
 */
export function withoutBookmarks(text: string, streams: readonly string[]): string {
  const { members: state } = parseObject(text);
  const bookmarks = state.get('bookmarks');
  const known: JsonObject = bookmarks instanceof Map ? (bookmarks as JsonObject) : new Map<string, Json>();
  const missing = streams.filter((stream) => !known.has(stream));
  if (missing.length > 0) {
    const names = [...known.keys()].map((name) => JSON.stringify(name)).join(', ');
    throw new ConfigError([
      `--refresh ${missing.join(', ')}: the state has no bookmark of that name (${names === '' ? 'it has no "bookmarks"' : `it has ${names}`}), ` +
        'so it is not known whether the tap would send all rows; start the run without a state for a full refresh, or correct the name',
    ]);
  }
  const kept = new Map([...known].filter(([stream]) => !streams.includes(stream)));
  return jsonText(new Map([...state].map(([name, value]) => [name, name === 'bookmarks' ? kept : value])));
}
