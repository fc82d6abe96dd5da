/** Listening to an abort: at once when it has happened already, and only for as long as the work takes. */

/** Calls the listener at most once. Disposing of the result ends the listening. */
export function onAbort(signal: AbortSignal, listener: () => void): Disposable {
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', listener) };
}

/** A signal that is aborted some time after another one. */
export function afterwards(signal: AbortSignal, ms: number): AbortSignal {
  const later = new AbortController();
  onAbort(signal, () => void setTimeout(() => later.abort(), ms).unref());
  return later.signal;
}
