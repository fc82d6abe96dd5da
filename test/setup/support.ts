/** Configurations as far as a case needs them; the rest are placeholders. */
import type { Config } from '../../src/config/options.ts';
import { completeConfig } from '../../src/setup/complete.ts';

const EMPTY = completeConfig({}).config;

export const ROLE = 'arn:aws:iam::123456789012:role/copy';

/** Of a cluster in Ireland, with a role for COPY. */
export function configOf(more: Partial<Config> = {}): Config {
  return {
    ...EMPTY,
    hostname: 'analytics.abc123.eu-west-1.redshift.amazonaws.com',
    database: 'dev',
    user: 'loader',
    s3_bucket: 'stage',
    s3_region: 'eu-west-1',
    iam_role: ROLE,
    ...more,
  };
}
