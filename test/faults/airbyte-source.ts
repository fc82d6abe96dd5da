/** The catalog and the messages of a source of Airbyte, which goes on from a state of each stream. */
import { catalog, record, status, streamState, text, type StreamWish } from '../airbyte/support.ts';
import type { Story, StreamPlan } from './story.ts';

/** The generation of the story; rows from before are of the first one. */
const GENERATION = 2;

/** The catalog of a sync. */
export function catalogOf(story: Story, sync: number): object {
  return catalog(...story.streams.map((plan, stream) => wishOf(story, plan, stream, sync)));
}

/** The catalog of the sync before the story. */
export function catalogBefore(story: Story): object {
  return catalog(
    ...story.streams.flatMap((plan, stream): StreamWish[] =>
      plan.before.length === 0
        ? []
        : [
            {
              ...wishOf(story, { ...plan, isRefresh: false }, stream, 1),
              properties: plan.firstSchema.properties,
            },
          ],
    ),
  );
}

function wishOf(
  { items }: Story,
  { name, method, isRefresh }: StreamPlan,
  stream: number,
  sync: number,
): StreamWish {
  const schema = items.find((item) => item.kind === 'schema' && item.stream === stream);
  return {
    name,
    properties: schema?.kind === 'schema' ? schema.properties : {},
    ids: isRefresh ? [GENERATION, GENERATION, sync] : [1, 0, sync],
    ...(method === 'newest'
      ? { mode: 'append_dedup', key: ['id'], cursor: 'seq' }
      : { mode: isRefresh ? 'overwrite' : 'append' }),
  };
}

/** What each stream sends from its position on. */
export function airbyteLines({ streams, items }: Story, from: readonly number[]): string {
  return text(
    ...items.flatMap((item, at): object[] => {
      const { stream } = item;
      if (stream === undefined || at < from[stream]!) return [];
      const { name } = streams[stream]!;
      switch (item.kind) {
        case 'record':
          return [record(JSON.parse(item.record.sent) as object, { stream: name })];
        case 'state':
          return [streamState({ at }, name)];
        case 'complete':
          return [status('COMPLETE', name)];
        default:
          return [];
      }
    }),
  );
}

export function airbyteLinesBefore({ streams }: Story): string {
  return text(
    ...streams
      .filter(({ before }) => before.length > 0)
      .flatMap(({ name, before }) => [
        ...before.map(({ sent }) => record(JSON.parse(sent) as object, { stream: name })),
        status('COMPLETE', name),
      ]),
  );
}
