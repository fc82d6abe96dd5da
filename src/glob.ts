/** Patterns of names in which `*` matches any characters. */

/**
 * Whether the pattern matches the whole name. Takes at most as many steps as the product of both lengths: after a mismatch only
 * the last star has to match one more character, because the stars before it match as little as possible. `any` matches one
 * character.
 */
export function matchesGlob(pattern: string, name: string, any?: string): boolean {
  const isAny = (one: string | undefined): boolean => one !== undefined && one === any;
  let [at, inPattern] = [0, 0];
  let [star, starAt] = [-1, 0];
  while (at < name.length) {
    if (pattern[inPattern] === '*') {
      [star, starAt] = [inPattern, at];
      inPattern++;
    } else if (pattern[inPattern] === name[at] || isAny(pattern[inPattern])) {
      inPattern++;
      at++;
    } else if (star >= 0) {
      starAt++;
      [inPattern, at] = [star + 1, starAt];
    } else return false;
  }
  while (pattern[inPattern] === '*') inPattern++;
  return inPattern === pattern.length;
}
