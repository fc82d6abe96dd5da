/** Warns the owner of a stream: each sentence once in a run, and for some topics only the first one. */
import type { Logger } from '../log.ts';

export class Teller {
  readonly #stream: string;
  readonly #log: Logger;
  readonly #told = new Set<string>();

  constructor(stream: string, log: Logger) {
    this.#stream = stream;
    this.#log = log;
  }

  warn(...sentences: readonly string[]): void {
    for (const sentence of sentences) this.first(sentence, sentence);
  }

  /** Warns with the first sentence on a topic. */
  first(topic: string, sentence: string): void {
    if (this.#told.has(topic)) return;
    this.#told.add(topic);
    this.#log.warn({ stream: this.#stream }, sentence);
  }
}
