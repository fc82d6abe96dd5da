/** The lines that a source sends: all of its story, or what comes after a state. It resends everything that the state does not cover. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Item, SchemaItem, Story, StreamPlan } from './story.ts';

/**
 * The messages of a Singer tap from a position on. A stream that is overwritten is sent from its beginning each time. Files of
 * BATCH messages are written into `dir`.
 */
export function singerLines(story: Story, from: number, dir: string): readonly string[] {
  const { streams, items } = story;
  const isWhole = (stream: number | undefined): boolean =>
    stream !== undefined && streams[stream]!.method === 'overwrite';
  return [
    ...schemasAt(story, from).map((item) => schemaLine(streams[item.stream]!, item)),
    ...items.flatMap((item, at) =>
      at >= from || isWhole(item.stream) ? [singerLine(streams, item, at, dir)] : [],
    ),
  ];
}

/** The schemas as they are at a position, of the streams that have begun and go on. */
function schemasAt({ streams, items }: Story, at: number): readonly SchemaItem[] {
  const newest = new Map<number, SchemaItem>();
  for (const item of items.slice(0, at))
    if (item.kind === 'schema' && streams[item.stream]!.method !== 'overwrite') newest.set(item.stream, item);
  return [...newest.values()];
}

/** A run that changes nothing. */
export function idleLines(story: Story): readonly string[] {
  const at = story.items.length;
  return [
    ...schemasAt(story, at).map((item) => schemaLine(story.streams[item.stream]!, item)),
    stateLine(at),
  ];
}

function singerLine(streams: readonly StreamPlan[], item: Item, at: number, dir: string): string {
  switch (item.kind) {
    case 'state':
      return stateLine(at);
    case 'schema':
      return schemaLine(streams[item.stream]!, item);
    case 'record': {
      const { sent, version } = item.record;
      return recordLine(streams[item.stream]!.name, sent, version);
    }
    case 'batch': {
      const { name } = streams[item.stream]!;
      const path = join(dir, `${at}.jsonl`);
      writeFileSync(path, item.records.map(({ sent }) => `${sent}\n`).join(''));
      const version = item.records[0]?.version ?? 0;
      return JSON.stringify({
        type: 'BATCH',
        stream: name,
        encoding: { format: 'jsonl', compression: 'none' },
        manifest: [`file://${path}`],
        ...(version > 0 ? { version } : {}),
      });
    }
    case 'activate': {
      const { name } = streams[item.stream]!;
      return JSON.stringify({ type: 'ACTIVATE_VERSION', stream: name, version: item.version });
    }
    case 'complete':
      throw new Error('a Singer stream has no status');
  }
}

/** The state after all messages before a position. */
function stateLine(at: number): string {
  return `{"type":"STATE","value":{"at":${at}}}`;
}

function schemaLine({ name, hasKeys }: StreamPlan, { properties }: SchemaItem): string {
  return JSON.stringify({
    type: 'SCHEMA',
    stream: name,
    schema: { type: 'object', properties },
    key_properties: hasKeys ? ['id'] : [],
  });
}

/** As a source sends it, and as a file of rejected records has it. */
export function recordLine(name: string, sent: string, version: number): string {
  const facts = version > 0 ? `,"version":${version}` : '';
  return `{"type":"RECORD","stream":"${name}","record":${sent}${facts}}`;
}

/** What a stream sent before the story. */
export function linesBefore(plan: StreamPlan): readonly string[] {
  return [
    schemaLine(plan, plan.firstSchema),
    ...plan.before.map(({ sent }) => recordLine(plan.name, sent, 0)),
    '{"type":"STATE","value":{"at":0}}',
  ];
}
