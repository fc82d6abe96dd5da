/**
 * Notices when the main thread is busy for so long that it hears no signal. Node delivers signals to JavaScript only on the main
 * thread, so another thread cannot handle them. But through the inspector, another thread can make the main thread call a function
 * in the middle of a loop or of a regular expression.
 */
import { Worker } from 'node:worker_threads';

const BEAT_MS = 250;

/** Global, because an expression that the inspector evaluates sees nothing else. */
const HOOK = Symbol.for('target-redshift.busy');

/**
 * Calls `onBusy` on this thread, in the middle of its work, when it has not returned to its event loop for `afterMs`. Calls it once
 * for each such piece of work. Does nothing if Node was built without its inspector. Does not keep the process alive.
 */
export function watchThread(afterMs: number, onBusy: () => void): void {
  Object.assign(globalThis, { [HOOK]: onBusy });
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  setInterval(() => Atomics.add(beats, 0, 1), BEAT_MS).unref();
  const worker = new Worker(WATCHER, {
    // A string, because the bundle has no file of its own for it.
    eval: true,
    workerData: { beats, everyMs: BEAT_MS, most: Math.ceil(afterMs / BEAT_MS), key: HOOK.description },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  // Without the watchdog, a run works as usual.
  worker.on('error', () => undefined);
  worker.unref();
}

/** Counts its own turns, not time: while the process is suspended, or gets no processor, both threads stand still. */
const WATCHER = `
const { workerData } = require('node:worker_threads');
const { Session } = require('node:inspector');
const { beats, everyMs, most, key } = workerData;
let [seen, missed] = [0, 0];
setInterval(() => {
  const beat = Atomics.load(beats, 0);
  missed = beat === seen ? missed + 1 : 0;
  seen = beat;
  if (missed !== most) return;
  const session = new Session();
  session.connectToMainThread();
  const expression = 'globalThis[Symbol.for(' + JSON.stringify(key) + ')]()';
  session.post('Runtime.evaluate', { expression }, () => session.disconnect());
}, everyMs);
`;
