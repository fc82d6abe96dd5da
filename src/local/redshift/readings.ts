/**
 * Points that Redshift's documentation leaves open, and on which a client could rely. Each is a switch; tests run under
 * both readings.
 */

/** How the endpoint reads each open point. */
export interface Readings {
  /** A quoted field of a CSV that equals the NULL AS text is NULL too (quoting does not protect it). */
  readonly quotedNullIsNull: boolean;
}

/** The readings that are worst for a loader; the default. */
export const HOSTILE: Readings = { quotedNullIsNull: true };

/** The readings that are kindest to a loader. */
export const LENIENT: Readings = { quotedNullIsNull: false };
