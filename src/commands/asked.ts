/** What the commands need that ask the target and end with the answer. */
import type { Config } from '../config/options.ts';
import type { Output } from '../io/answer.ts';
import type { Logger } from '../log.ts';
import type { Warehouse } from '../ports.ts';

export interface Asked extends Output {
  readonly config: Config;
  readonly warehouse: Warehouse;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Of this program. */
  readonly version: string;
  /** Masks secrets. */
  readonly redact: (text: string) => string;
  readonly log: Logger;
}
