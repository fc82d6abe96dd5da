/** How long clients of the endpoints may take, and how many there may be. */

/** Times in milliseconds. */
export interface Limits {
  /** For a login to the SQL endpoint, from the connection on; PostgreSQL's authentication_timeout. */
  readonly loginMs: number;
  /** The most sessions of users other than the warehouse's own ("Quotas and limits in Amazon Redshift": 500). */
  readonly connections: number;
  /** How long a request to S3 may say nothing while it is not complete, and a client take nothing of a reply. */
  readonly requestMs: number;
}

export const LIMITS: Limits = { loginMs: 60_000, connections: 500, requestMs: 20_000 };
