/**
 * Notices when the main thread is busy for so long that it hears no signal. Node hands signals to JavaScript on the main thread
 * alone, so another thread cannot hear them in its place; but through the inspector it can have the main thread do something in
 * the midst of a loop or of a regular expression.
 */
import { Worker } from 'node:worker_threads';

const BEAT_MS = 250;

/** Global, because an expression that the inspector evaluates sees nothing else. */
const HOOK = Symbol.for('target-redshift.busy');

/**
 * Calls `onBusy` on this thread, wherever it is, once it has not come back to its event loop for `afterMs`; again when it has
 * come back and is busy anew. Does nothing where Node was built without its inspector. Keeps no process alive.
 */
export function watchThread(afterMs: number, onBusy: () => void): void {
  Object.assign(globalThis, { [HOOK]: onBusy });
  const beats = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  setInterval(() => Atomics.add(beats, 0, 1), BEAT_MS).unref();
  const worker = new Worker(WATCHER, {
    // As text, because a bundle has no second file.
    eval: true,
    workerData: { beats, everyMs: BEAT_MS, most: Math.ceil(afterMs / BEAT_MS), key: HOOK.description },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
    execArgv: [],
    stdout: true,
    stderr: true,
  });
  // Without it a run is as before.
  worker.on('error', () => undefined);
  worker.unref();
}

/** It counts its own turns, not time: where the process is suspended, or gets no processor, both threads stand still. */
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
