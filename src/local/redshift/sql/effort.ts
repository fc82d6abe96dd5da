/** Bounds the work that one statement may make. */
import { SQLSTATE } from '../sqlstates.ts';
import { RedshiftError } from './statement.ts';

/** Calls that are read once more for each call around them may stand this deep in each other, on average. */
const DEPTH = 32;
const AT_LEAST = 1_000_000;

/**
 * The effort that is left for the calls in a statement of so many tokens. A call that the dialect rewrites is read once for
 * each such call around it, and some are written several times: without a bound a short text could take all memory.
 */
export class Effort {
  #left: number;

  constructor(tokens: number) {
    this.#left = DEPTH * tokens + AT_LEAST;
  }

  /** @throws RedshiftError 54001 when the statement takes too much. */
  spend(units: number): void {
    this.#left -= units;
    if (this.#left < 0)
      throw new RedshiftError(
        SQLSTATE.statementTooComplex,
        'The statement is too complex: its calls are nested too deeply.',
      );
  }
}
