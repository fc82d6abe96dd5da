/** Patterns of names in which `*` stands for any characters. */

/**
 * Whether the whole name fits. It takes the product of both lengths at most: where something does not fit, only the last star
 * has to take one character more, because what the stars before it took is as little as possible.
 */
export function matchesGlob(pattern: string, name: string): boolean {
  let [at, inPattern] = [0, 0];
  let [star, starAt] = [-1, 0];
  while (at < name.length) {
    if (pattern[inPattern] === '*') {
      [star, starAt] = [inPattern, at];
      inPattern++;
    } else if (pattern[inPattern] === name[at]) {
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
