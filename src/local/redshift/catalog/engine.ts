/** Where PostgreSQL itself must behave as Redshift does: changes of its own catalog, made once for each database. */

/** Idempotent statements of the superuser. */
export const ENGINE = ``;
