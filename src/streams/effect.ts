/** What a load did to its table, in words. */
import { count, digits } from '../amounts.ts';
import type { LoadCounts } from '../warehouse/accounting.ts';

/** The end of a sentence that says how many rows were loaded; empty if all of them are new. */
export function effectOf(counts: LoadCounts | undefined): string {
  if (!counts) return '';
  const { inserted, updated, replaced, deleted, superseded, ignored } = counts;
  const added = deleted > 0 ? 0 : Math.max(0, inserted + updated - replaced);
  const facts: readonly (readonly [number, string])[] = [
    [added, `${digits(added)} new`],
    [replaced, `${count(replaced, 'row')} replaced`],
    [deleted, count(deleted, 'deletion')],
    [
      superseded,
      `${digits(superseded)} superseded by another record of ${superseded === 1 ? 'its' : 'their'} key`,
    ],
    [ignored, `${digits(ignored)} left out`],
  ];
  const told = facts.filter(([number]) => number > 0);
  if (told.length === 1 && added > 0) return '';
  return told.length > 0 ? `: ${told.map(([, text]) => text).join(', ')}` : '';
}
