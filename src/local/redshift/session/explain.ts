/**
 * EXPLAIN of a query of tables with row-level security: it shows that policies apply to the user, and not which ("EXPLAIN", "Using
 * EXPLAIN for RLS"). The engine would show their conditions.
 */
import { decodeRow, encode, int32, type Frame } from '../wire/message.ts';

/** The tables with row-level security, and whether it applies to the user. */
export const SECURED_TABLES = `SELECT relname, NOT pg_catalog.warehouse_ignores_policies() FROM pg_catalog.pg_class
  WHERE relrowsecurity AND relkind = 'r' AND relnamespace <> 'pg_catalog'::pg_catalog.regnamespace`;

const SCAN = /^(\s*(?:->\s+)?)(?:\w+ )*?Scan(?: using \S+)? on (?:"[^"]*"\.|\w+\.)?"?([^"\s]+)"?/;

/** The engine's own question whether the user is exempt. */
const MACHINERY = /pg_catalog|warehouse_|InitPlan|Filter: \(?\$\d|^\s*->\s*Result\b/;

/** Of a line of a plan: as a user sees it to whom the policies of these tables apply; undefined for one that is not shown. */
export function hideLine(line: string, secured: ReadonlySet<string>): string | undefined {
  if (MACHINERY.test(line)) return undefined;
  const [, indent = '', table = ''] = SCAN.exec(line) ?? [];
  if (!secured.has(table)) return line;
  return line.replace(SCAN, `${indent}XN RLS SecureScan ${table}`);
}

/** A row of the plan, or nothing in its place. */
export function hideRow(frame: Frame, secured: ReadonlySet<string>): Buffer | undefined {
  const [line] = decodeRow(frame);
  if (line == null) return frame.bytes;
  const shown = hideLine(line, secured);
  if (shown === undefined) return undefined;
  const text = Buffer.from(shown);
  return encode('D', Buffer.from([0, 1]), int32(text.length), text);
}
