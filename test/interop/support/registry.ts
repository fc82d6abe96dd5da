/** What every fetch from a package registry has in common: where the packages are kept, and what happens when it does not answer. */
import { fileURLToPath } from 'node:url';

/** Everything that is fetched is kept in this folder, and is not fetched again. */
export const CACHE = fileURLToPath(new URL('../../../.cache/interop/', import.meta.url));

/** A package client could not reach its registry: nothing is known about the program under test. */
export class RegistryUnreachableError extends Error {
  override readonly name = 'RegistryUnreachableError';
}

/** For a `before` hook: skips the tests of the suite, with a line that says why, when the registry cannot be reached. */
export async function orSkip<T>(context: Mocha.Context, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof RegistryUnreachableError)) throw error;
    console.log(`    SKIPPED: ${error.message}`);
    return context.skip();
  }
}
