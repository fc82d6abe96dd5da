/** A process that plays the seeds that it is sent, one after the other, in a warehouse of its own: `worker.fixture.ts MODE`. */
import { Ground } from './ground.ts';
import { planOf, type Mode } from './plan.ts';
import { playSeed, type SeedResult } from './play.ts';

/** The seed, and what came of it: an error is one of the suite itself. */
export interface Played {
  readonly seed: number;
  readonly result: SeedResult | undefined;
  readonly error: string | undefined;
}

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

const mode = process.argv[2] as Mode;
let ground: Ground | undefined;

async function play(seed: number): Promise<Played> {
  try {
    ground ??= await Ground.open();
    return { seed, result: await playSeed(ground, planOf(seed, mode)), error: undefined };
  } catch (error) {
    // What the seed left behind must not fail the next one.
    const failed = ground;
    ground = undefined;
    await failed?.close().catch(() => undefined);
    return {
      seed,
      result: undefined,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

process.on('message', (seed: number | 'end') => {
  if (seed === 'end') process.disconnect();
  else void play(seed).then((played) => process.send?.(played));
});
// The suite has ended without a word.
process.once('disconnect', () => void (ground?.close() ?? Promise.resolve()).finally(() => process.exit()));
