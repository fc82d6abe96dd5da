/** What a load did to its table, in words. */
import type { LoadCounts } from '../warehouse/accounting.ts';

/** The end of a sentence that says how many rows were loaded; empty if all of them are new. */
export function effectOf(counts: LoadCounts | undefined): string {
  if (!counts) return '';
  const { inserted, updated, replaced, deleted, superseded, ignored } = counts;
  const facts: readonly (readonly [number, string])[] = [
    [deleted > 0 ? 0 : Math.max(0, inserted + updated - replaced), 'new'],
    [replaced, 'rows replaced'],
    [deleted, 'deletions'],
    [superseded, 'superseded by another record of their key'],
    [ignored, 'left out'],
  ];
  const told = facts.filter(([number]) => number > 0);
  if (told.length === 1 && told[0]?.[1] === 'new') return '';
  return told.length > 0 ? `: ${told.map(([number, what]) => `${number} ${what}`).join(', ')}` : '';
}
