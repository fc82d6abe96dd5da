/** Parses YAML that a person has written. */
import { isScalar, LineCounter, parseDocument, visit, type YAMLError } from 'yaml';

/** A configuration needs few aliases, and many of them can make a small file huge. */
const MAX_ALIASES = 100;

/**
 * The value of a YAML 1.2 document. A number that would lose characters (`012345678901`, `1e3`, `0x1F`) is the string that stands
 * there, because it may be an account or a password. Throws an Error that says where the string stops being YAML. It quotes
 * nothing, because the string may contain secrets.
 */
export function parseYamlText(text: string): unknown {
  const lines = new LineCounter();
  const document = parseDocument(text, { prettyErrors: false, lineCounter: lines, version: '1.2' });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) throw new Error(`it is not YAML${placeOf(problem, lines)}`);
  visit(document, {
    Scalar(_, node) {
      const { value, source } = node;
      if (typeof value === 'number' && source !== undefined && String(value) !== source) node.value = source;
    },
    Pair(_, { key }) {
      if (isScalar(key) && typeof key.value !== 'string' && key.value !== null)
        key.value = key.source ?? key.value;
    },
  });
  try {
    return document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
  } catch {
    throw new Error('its aliases (*name) cannot be resolved, or there are too many');
  }
}

/** Line and column, counted from 1, and the kind of the problem. */
function placeOf({ pos, code }: YAMLError, lines: LineCounter): string {
  const { line, col } = lines.linePos(pos[0]);
  return `, at line ${line}, column ${col}: ${code.toLowerCase().replaceAll('_', ' ')}`;
}
