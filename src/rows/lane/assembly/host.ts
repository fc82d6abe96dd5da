/** What the lane asks of the program around it; see `Host` in `machine.ts`. */

/** Makes a program ready for rows: its batch is open. False if its lines have to be walked. */
export declare function ready(program: usize): bool;

/** A row in which the reference encoder wrote cells is complete. */
export declare function keepOthers(program: usize): void;

/**
 * Writes a value of a column as the reference encoder does, or passes over it if the column is -1. `isFirst`: of its row. The cell goes
 * to `to`, and `cellWritten` tells where it ends. Returns the address after the value, or 0 if the line must be declined.
 */
export declare function other(program: usize, column: i32, at: usize, to: usize, isFirst: bool): usize;
