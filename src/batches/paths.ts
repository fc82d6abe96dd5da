/** Addresses of files on this machine. */

/**
 * The paths that a `file://` address may mean. Percent signs are decoded, as URLs have it; taps also write paths as they are, which
 * is tried next. Throws RangeError for another address.
 */
export function pathsOf(url: string): readonly string[] {
  const [, path] = /^file:\/\/(?:localhost)?(\/.*)$/is.exec(url) ?? [];
  if (path === undefined) {
    throw new RangeError('only addresses like file:///folder/name and s3://bucket/key can be read');
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
