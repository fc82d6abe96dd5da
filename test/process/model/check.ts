/** One sequence in a place of its own; a failure is told with the configuration and the messages that bring it back. */
import { newPlace } from '../../support/warehouse.ts';
import type { Driver, Options, play } from './play.ts';
import { openReader } from './reader.ts';
import { scripts, type Sequence } from './sequence.ts';

/** `how` plays each run; rejects with what was different. */
export async function check(
  how: typeof play,
  driver: Driver,
  sequence: Sequence,
  more: Options = {},
): Promise<void> {
  const place = await newPlace();
  const reader = await openReader(place);
  const options = { ...sequence.settings, ...more };
  const written = scripts(sequence);
  try {
    for (const script of written) await how(driver, place, reader, options, script);
  } catch (error) {
    const runs = written.map(({ lines }, i) => `== run ${i + 1}\n${lines.join('\n')}\n`);
    throw new Error(`${String(error)}\n== config\n${JSON.stringify(options)}\n${runs.join('')}`, {
      cause: error,
    });
  } finally {
    await reader.close();
  }
}
