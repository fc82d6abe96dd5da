/** Helpers for AbortSignal. */
import { setMaxListeners } from 'node:events';

/** A controller whose signal any number of works may listen to: Node warns of more than ten listeners. */
export function sharedAbort(): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal);
  return controller;
}

/** Calls the listener at most once. Dispose of the result to stop listening. */
export function onAbort(signal: AbortSignal, listener: () => void): Disposable {
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', listener) };
}

/** A signal that is aborted some time after another one. */
export function afterwards(signal: AbortSignal, ms: number): AbortSignal {
  const later = sharedAbort();
  onAbort(signal, () => void setTimeout(() => later.abort(), ms).unref());
  return later.signal;
}
