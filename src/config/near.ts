/** Finds names that resemble a name: only a few letters differ, or they have the same words in another order. */
import leven from 'leven';

/** The most similar name; undefined if none is similar. Case and separators do not matter. */
export function nearest(name: string, names: readonly string[]): string | undefined {
  let best: { readonly known: string; readonly difference: number } | undefined;
  for (const known of names) {
    const difference = differenceOf(name, known);
    if (difference !== undefined && (!best || difference < best.difference)) best = { known, difference };
  }
  return best?.known;
}

/** A name without case and separators: `dryRun`, `dry-run` and `DRY_RUN` are one. */
export function bareName(name: string): string {
  return wordsOf(name).join('');
}

/** 0 (the same) to 1; undefined for names that are not similar. */
function differenceOf(left: string, right: string): number | undefined {
  const byLetters = typos(bareName(left), bareName(right), 5);
  const byWords = wordDifference(wordsOf(left), wordsOf(right));
  if (byLetters === undefined || byWords === undefined) return byLetters ?? byWords;
  return Math.min(byLetters, byWords);
}

/** Three of four words must be in both names, each with at most one typing error. */
function wordDifference(left: readonly string[], right: readonly string[]): number | undefined {
  const rest = [...right];
  let [shared, likeness] = [0, 0];
  for (const word of left) {
    const found = rest
      .map((other, at) => ({ at, difference: typos(word, other, 4) }))
      .filter((pair): pair is { at: number; difference: number } => pair.difference !== undefined)
      .sort((a, b) => a.difference - b.difference)[0];
    if (!found) continue;
    rest.splice(found.at, 1);
    shared++;
    likeness += 1 - found.difference;
  }
  const all = left.length + right.length;
  return shared >= 2 && (2 * shared) / all >= 0.75 ? 1 - (2 * likeness) / all : undefined;
}

/** The share of letters that differ, if it is at most one of `lettersPerTypo`; words of three letters must be equal. */
function typos(left: string, right: string, lettersPerTypo: number): number | undefined {
  if (left === right) return 0;
  const length = Math.max(left.length, right.length);
  const allowed = length < 4 ? 0 : Math.max(1, Math.floor(length / lettersPerTypo));
  const typed = areSwapped(left, right) ? 1 : leven(left, right, { maxDistance: allowed + 1 });
  return typed <= allowed ? typed / length : undefined;
}

/** Two adjacent letters are swapped. */
function areSwapped(left: string, right: string): boolean {
  if (left.length !== right.length) return false;
  let at = 0;
  while (at < left.length && left[at] === right[at]) at++;
  return (
    left[at] === right[at + 1] && left[at + 1] === right[at] && left.slice(at + 2) === right.slice(at + 2)
  );
}

/** `max_batchRows` has max, batch and rows. */
function wordsOf(name: string): readonly string[] {
  return name
    .replace(/([\p{Ll}\d])(?=\p{Lu})/gu, '$1 ')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}
