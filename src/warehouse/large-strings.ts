/**
 * Whether the cluster accepts strings of up to 16,000,000 bytes in SUPER: the parameter enable_large_strings_opt_in, or the default
 * of the cluster (r_enable_large_strings_opt_in).
 */
import { LoadError } from '../errors.ts';
import type { Session } from '../ports.ts';
import { raw } from '../sql.ts';

const isEnabled = raw('SELECT is_large_string_enabled()');

/** The function does not exist on older clusters, or the user may not call it. Both count as no. */
const NO = new Set(['42883', '42501']);

/** Throws LoadError for a cluster that cannot answer. */
export async function acceptsLargeStrings(session: Session): Promise<boolean> {
  try {
    return (await session.run(isEnabled, { timeoutMs: 60_000 })).rows[0]?.[0] === 't';
  } catch (error) {
    if (error instanceof LoadError && NO.has(error.sqlstate ?? '')) return false;
    throw error;
  }
}
