/**
 * What Node would otherwise write to stderr itself: warnings, and errors that nothing catches, which it prints with all of their
 * properties, secrets included.
 */
import { printableLines } from './printable.ts';

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
export function onCrash(listener: (error: unknown) => void): void {
  tellCrash = listener;
}

/** Writes to stderr what has no log to go to. */
export function tell(text: string): void {
  process.stderr.write(printableLines(text));
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
  tell(`Unexpected error: ${text}\n`);
}
