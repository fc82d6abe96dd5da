/** The text without this character at its end. A loop, because `/0+$/` is quadratic if there are zeros in the middle. */
export function withoutTrailing(character: string, text: string): string {
  let end = text.length;
  while (end > 0 && text[end - 1] === character) end--;
  return text.slice(0, end);
}
