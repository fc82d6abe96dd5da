/** Deadlines that a pause of the whole machine does not end. */

/** No pause takes more than this from a deadline, in milliseconds. */
const STEP_MS = 1000;

/**
 * What the work gives, or `late` after so many milliseconds in which this process ran. One timer for the whole time would also
 * end at once when the machine has stood still, before the answers that have come are read.
 */
export async function inTime<T>(work: Promise<T>, ms: number): Promise<T | 'late'> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    const wait = (left: number): void => {
      if (left <= 0) resolve('late');
      else timer = setTimeout(() => wait(left - STEP_MS), Math.min(left, STEP_MS));
    };
    wait(ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
