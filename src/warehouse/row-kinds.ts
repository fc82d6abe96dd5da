/**
 * What a row of a stage says, as a number in its last column. Rows of one batch may come from schemas of which each lacks
 * columns of the one before (see `streams/join.ts`): the rows of such a schema write only the columns that it has.
 */

/** A record with the columns of the batch. */
export const LIVE = 0;

/** A record of a deletion that has the values of its row. */
export const DELETION = 1;

/** A record of a deletion that has the key alone. */
export const STUB = 2;

const FIRST_NARROW = 3;

/** How many rows of each kind a batch has, by kind. */
export type Census = readonly number[];

/** The kind of the live rows of the n-th schema of a batch that lacks columns; 0 for the first of them. */
export function narrowKind(n: number): number {
  return FIRST_NARROW + 2 * n;
}

/** The kind of a record's row; `live` is the kind of the live rows of its schema. */
export function kindOf(live: number, deletion: 'full' | 'stub' | undefined): number {
  if (deletion === undefined) return live;
  return deletion === 'stub' ? STUB : live + 1;
}

/** The kinds of records of deletions, whatever their schema. */
export function deletionKinds(census: Census): readonly number[] {
  return present(census).filter((kind) => kind === DELETION || kind === STUB || isNarrowDeletion(kind));
}

/** The kinds of which there are rows. */
function present(census: Census): readonly number[] {
  return [...census.keys()].filter((kind) => (census[kind] ?? 0) > 0);
}

/** Rows of these kinds. */
export function rowsOf(census: Census, kinds: readonly number[]): number {
  return kinds.reduce((sum, kind) => sum + (census[kind] ?? 0), 0);
}

function isNarrowDeletion(kind: number): boolean {
  return kind > FIRST_NARROW && (kind - FIRST_NARROW) % 2 === 1;
}
