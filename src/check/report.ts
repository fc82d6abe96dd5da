/** The outcomes of steps as lines for people and as JSON for orchestrators. */
import { wrapped } from '../io/fit.ts';
import { printable, printableLines } from '../printable.ts';
import { fixText } from './fix.ts';
import type { Outcome } from './step.ts';

const MARKS: Readonly<Record<Outcome['outcome'], string>> = { ok: 'ok', failed: 'FAILED', skipped: '-' };

/**
 * A line for the step, which is wrapped where it is longer than `columns`, and, if it failed, the fix below it, which is not
 * wrapped because it is to be copied.
 */
export function stepLines(
  { name, outcome, message, milliseconds, fix }: Outcome,
  columns: number = Infinity,
): string {
  const time = outcome === 'skipped' ? [] : [`(${milliseconds} ms)`];
  const head = `${MARKS[outcome].padEnd(6)} ${name.padEnd(12)} `;
  const words = [...printable(message).split(' '), ...time];
  const line = `${head}${wrapped(words, columns, head.length)}\n`;
  if (fix === undefined) return line;
  const { title, text } = fixText(fix);
  const indented = printableLines(text)
    .split('\n')
    .map((each) => `         ${each}\n`);
  return `${line}       fix: ${title}:\n${indented.join('')}`;
}

export function closingLine(outcomes: readonly Outcome[]): string {
  const failed = outcomes.filter(({ outcome }) => outcome === 'failed').map(({ name }) => name);
  if (failed.length === 0 && outcomes.some(({ outcome }) => outcome === 'skipped'))
    return 'the check was stopped before it was complete\n';
  if (failed.length === 0) return 'everything that a load needs works\n';
  return `${failed.length} of ${outcomes.length} steps failed: ${failed.join(', ')}\n`;
}

/** The problem of a failed step and its fix, in one line. */
export function problemOf({ message, fix }: Outcome): string {
  if (fix === undefined) return message;
  const { title, text } = fixText(fix);
  return `${message}. ${title}: ${text}`;
}

export function asJson(outcomes: readonly Outcome[]): string {
  const steps = outcomes.map(({ fix, error: _, ...outcome }) => ({
    ...outcome,
    ...(fix === undefined ? {} : { fix: { kind: fix.kind, ...fixText(fix) } }),
  }));
  const ok = outcomes.every(({ outcome }) => outcome === 'ok');
  return printableLines(`${JSON.stringify({ ok, steps }, undefined, 2)}\n`);
}
