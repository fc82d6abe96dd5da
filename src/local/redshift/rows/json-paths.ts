/** The jsonpaths file of COPY: which part of an object goes to which column. Source: "COPY from JSON format". */

/** The way from the object to a value: names of members and indexes of elements. */
export type JsonPath = readonly (string | number)[];

/** Why a jsonpaths file cannot be used. */
export class JsonPathsError extends Error {}

const DOTTED = /^\$(?:\.[^.[\]*]+(?:\[\d+\])*)+$|^\$(?:\[\d+\])+$/;
const BRACKETED = /^\$(?:\['(?:[^'\\]|\\.)*'\]|\["(?:[^"\\]|\\.)*"\]|\[\d+\])+$/;
const STEP = /\.([^.[\]]+)|\['((?:[^'\\]|\\.)*)'\]|\["((?:[^"\\]|\\.)*)"\]|\[(\d+)\]/g;

/**
 * The paths in the order of the columns; undefined when the file has no key `jsonpaths`, in which case COPY goes by the
 * names of the columns. Throws JsonPathsError for an invalid path; filters and wildcards are not supported.
 */
export function parseJsonPaths(text: string): readonly JsonPath[] | undefined {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch {
    throw new JsonPathsError('Invalid JSONPath format: the jsonpaths file is not JSON.');
  }
  if (typeof content !== 'object' || content === null || !('jsonpaths' in content)) return undefined;
  const { jsonpaths } = content;
  if (!Array.isArray(jsonpaths))
    throw new JsonPathsError('Invalid JSONPath format: jsonpaths is not an array.');
  return jsonpaths.map((path: unknown) => {
    if (typeof path !== 'string')
      throw new JsonPathsError('Invalid JSONPath format: a path is not a string.');
    return parsePath(path);
  });
}

function parsePath(path: string): JsonPath {
  if (path === '$') return [];
  if (!DOTTED.test(path) && !BRACKETED.test(path))
    throw new JsonPathsError(`Invalid JSONPath format: ${path}`);
  return [...path.matchAll(STEP)].map(([, dotted, single, double, index]) => {
    if (index !== undefined) return Number(index);
    return (dotted ?? single ?? double ?? '').replaceAll(/\\(.)/g, '$1');
  });
}
