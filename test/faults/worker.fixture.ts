/** A process that plays the seeds that it is sent, one after the other, in a warehouse of its own. */
import { Ground } from './ground.ts';
import { planOf, type Mode } from './plan.ts';
import { playSeed, type SeedResult } from './play.ts';

export interface Order {
  readonly seed: number;
  readonly mode: Mode;
}

/** The seed, and what came of it: an error is one of the suite itself. */
export interface Played {
  readonly order: Order;
  readonly result: SeedResult | undefined;
  readonly error: string | undefined;
}

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';

let ground: Ground | undefined;

async function play(order: Order): Promise<Played> {
  try {
    ground ??= await Ground.open();
    const result = await playSeed(ground, planOf(order.seed, order.mode));
    return { order, result, error: undefined };
  } catch (error) {
    // What the seed left behind must not fail the next one.
    const failed = ground;
    ground = undefined;
    await failed?.close().catch(() => undefined);
    return {
      order,
      result: undefined,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

process.on('message', (order: Order | 'end') => {
  if (order === 'end') process.disconnect();
  else void play(order).then((played) => process.send?.(played));
});
// The suite has ended without a word.
process.once('disconnect', () => void (ground?.close() ?? Promise.resolve()).finally(() => process.exit()));
