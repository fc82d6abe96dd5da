/** Which streams the configuration selects, what became of the others, and patterns for properties that matched nothing. */
import { count as amount } from '../amounts.ts';
import type { Config } from '../config/options.ts';
import { settingsOf, type StreamSettings } from '../config/settings.ts';
import type { Logger } from '../log.ts';
import type { StreamPlan } from './plan.ts';

/** A stream that was loaded, with what its patterns for properties match. */
interface SelectedStream {
  readonly name: string;
  readonly settings: StreamSettings;
  /** Undefined if it had no schema. */
  readonly plan: Pick<StreamPlan, 'unusedPatterns'> | undefined;
}

const LISTS = ['include_columns', 'exclude_columns'] as const;

export class Selection {
  readonly #config: Config;
  /** The records of each stream that is not selected. */
  readonly #left = new Map<string, number>();
  readonly #selected = new Set<string>();

  constructor(config: Config) {
    this.#config = config;
  }

  /** Whether the configuration selects the stream. It need not have a schema yet. */
  has(stream: string): boolean {
    if (this.#selected.has(stream)) return true;
    if (this.#left.has(stream)) return false;
    const { selected } = settingsOf(this.#config, stream);
    if (selected) this.#selected.add(stream);
    else this.#left.set(stream, 0);
    return selected;
  }

  /** Counts a record, or the files of a BATCH message, of a stream that is not selected. */
  leave(stream: string): void {
    this.#left.set(stream, (this.#left.get(stream) ?? 0) + 1);
  }

  /** Reports, at the end of the run, the streams that were not loaded, and the options that had no effect. */
  report(streams: readonly SelectedStream[], log: Logger): void {
    for (const [stream, count] of this.#left)
      log.info(
        { stream, not_selected: count },
        `did not load stream "${stream}", because it is not selected (${amount(count, 'record or BATCH message', 'records or BATCH messages')})`,
      );
    for (const sentence of this.#unused(streams)) log.warn(sentence);
  }

  /** A pattern for all streams must match a property of one of them, and a pattern for one stream a property of that one. */
  #unused(streams: readonly SelectedStream[]): readonly string[] {
    const config = this.#config;
    return LISTS.flatMap((list) => {
      const own = streams.filter(({ settings }) => settings[list] !== config[list]);
      const common = streams.filter(({ settings }) => settings[list] === config[list]);
      const isUnused = (pattern: string, { plan }: SelectedStream): boolean =>
        plan?.unusedPatterns.includes(pattern) === true;
      return [
        ...own.flatMap((stream) =>
          stream.settings[list]
            .filter((pattern) => isUnused(pattern, stream))
            .map((pattern) => `${list} "${pattern}" matches no property of stream "${stream.name}"`),
        ),
        ...config[list]
          .filter((pattern) => common.length > 0 && common.every((stream) => isUnused(pattern, stream)))
          .map((pattern) => `${list} "${pattern}" matches no property of any stream`),
      ];
    });
  }
}
