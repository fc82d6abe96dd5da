/**
 * The plan that EXPLAIN shows. Of tables with row-level security it shows that policies apply to the user, and not which ("EXPLAIN",
 * "Using EXPLAIN for RLS"); the engine would show their conditions. The engine names the schemas of tables in a verbose plan alone,
 * so it always gives one.
 */
import type { Statement } from '../sql/statement.ts';
import { decodeRow, encode, int32, type Frame } from '../wire/message.ts';
import type { Upstream } from '../wire/upstream.ts';

/** The tables with row-level security, as plans of the engine name them, and whether it applies to the user. */
const SECURED_TABLES = `SELECT pg_catalog.format('%I.%I', n.nspname, c.relname), NOT pg_catalog.warehouse_ignores_policies()
  FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relrowsecurity AND c.relkind = 'r' AND n.nspname <> 'pg_catalog'`;

/** The engine's own question whether the user is exempt. */
const MACHINERY = /warehouse_(?:ignores_policies|is_for_user)|InitPlan|Filter: \(?\$\d|^\s*->\s*Result\b/;

/** What only a verbose plan has. */
const DETAILS = /^\s*(?:Output|Inner Unique|Function Call|Query Identifier): /;

const NAME = String.raw`(?:"(?:[^"]|"")*"|[^\s."]+)`;
const SCAN = new RegExp(
  String.raw`^(\s*(?:->\s+)?)((?:\w+ )*Scan(?: Backward)?(?: using \S+)?) on (${NAME}\.(${NAME}))`,
);

/** What a user is shown of a plan. */
interface PlanView {
  /** Whether any table has policies. */
  readonly hasPolicies: boolean;
  /** The tables whose policies apply to the user. */
  readonly secured: ReadonlySet<string>;
  readonly verbose: boolean;
}

/** A line of a plan as the user sees it; undefined for one that is not shown. */
function showLine(line: string, { hasPolicies, secured, verbose }: PlanView): string | undefined {
  if ((hasPolicies && MACHINERY.test(line)) || (!verbose && DETAILS.test(line))) return undefined;
  const [matched, indent = '', scan = '', table = '', name = ''] = SCAN.exec(line) ?? [];
  if (matched === undefined) return line;
  const how = secured.has(table) ? `XN RLS SecureScan ${name}` : `${scan} on ${name}`;
  return `${indent}${how}${line.slice(matched.length)}`;
}

/** How the user sees the plan that the statement shows; undefined for a statement that shows none. */
export async function findPlanView(
  { explains }: Statement,
  upstream: Upstream,
): Promise<PlanView | undefined> {
  if (!explains) return undefined;
  const rows = await upstream.run(SECURED_TABLES);
  const secured = rows.filter(([, applies]) => applies === 't').map(([name]) => name ?? '');
  return { ...explains, hasPolicies: rows.length > 0, secured: new Set(secured) };
}

/** The message of a row of the plan, or nothing in its place. */
export function showRow(frame: Frame, view: PlanView): Frame | undefined {
  const [line] = decodeRow(frame);
  if (line == null) return frame;
  const shown = showLine(line, view);
  if (shown === undefined) return undefined;
  const text = Buffer.from(shown);
  return { ...frame, bytes: encode('D', Buffer.from([0, 1]), int32(text.length), text) };
}
