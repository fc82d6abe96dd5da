/** URLs of files on this machine. */

/**
 * The paths that a `file://` URL may mean. Percent escapes are decoded, as in URLs. Taps also write plain paths, which are tried
 * next. Throws RangeError for another URL.
 */
export function pathsOf(url: string): readonly string[] {
  const [, path] = /^file:\/\/(?:localhost)?(\/.*)$/is.exec(url) ?? [];
  if (path === undefined) {
    throw new RangeError('only URLs like file:///directory/name and s3://bucket/key can be read');
  }
  return [...new Set([decoded(path), path])];
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
