/** What a client is told of a COPY that has loaded rows. */
import type { Readings } from '../readings.ts';

/** The messages of severity INFO, in order. */
export function describeLoad(
  table: string,
  { rows, skipped, replaced }: { readonly rows: number; readonly skipped: number; readonly replaced: number },
  { loadErrorTable }: Readings,
): readonly string[] {
  const completed = `Load into table '${table}' completed,`;
  const lines = [`${completed} ${rows} record(s) loaded successfully.`];
  if (skipped > 0) {
    lines.push(
      `${completed} ${skipped} record(s) could not be loaded.  ` +
        `Check '${loadErrorTable}' system table for details.`,
    );
  }
  if (replaced > 0) {
    lines.push(
      `${completed} ${replaced} record(s) were loaded with replacements made for ACCEPTINVCHARS. ` +
        "Check 'stl_replacements' system table for details.",
    );
  }
  return lines;
}
