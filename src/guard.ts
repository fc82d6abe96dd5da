/**
 * What Node would otherwise write to stderr itself: warnings, and errors that nothing catches, which it prints with all of their
 * properties, secrets included.
 */

const early: Error[] = [];
let hearWarning = (warning: Error): void => void early.push(warning);
let tellCrash = tellPlainly;

/** The first thing that a program does. */
export function guardProcess(): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => hearWarning(warning));
  // Rejections that nothing handles arrive here too.
  process.on('uncaughtException', (error) => crash(error));
}

/** Calls the listener for all warnings, also those before this call. */
export function onWarning(listener: (warning: Error) => void): void {
  hearWarning = listener;
  early.splice(0).forEach(listener);
}

/** Sets how an error is reported that nothing catches. Until then its stack is written to stderr. */
export function onCrash(tell: (error: unknown) => void): void {
  tellCrash = tell;
}

/** Ends the process because of an error that nothing catches. */
export function crash(error: unknown): never {
  try {
    tellCrash(error);
  } catch (another) {
    tellPlainly(another);
  }
  process.exit(1);
}

function tellPlainly(error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`Unexpected error: ${text}\n`);
}
