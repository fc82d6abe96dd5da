/** Everything that must be set up: as text to read and paste, as JSON, or only the SQL. */
import type { Config } from '../config/options.ts';
import type { Sql } from '../sql.ts';
import { bucketSteps, lifecycle } from './bucket.ts';
import { PLACEHOLDERS } from './complete.ts';
import { grants } from './grants.ts';
import { copyRoleSteps, uploaderSteps } from './identities.ts';
import { callerPolicy, copyRoles, uploaderPolicy, uploaderTrust } from './policies.ts';
import { shellText, type Step } from './shell.ts';

export type ReportFormat = 'text' | 'json' | 'sql';

export function report(config: Config, format: ReportFormat): string {
  switch (format) {
    case 'json':
      return `${JSON.stringify(parts(config), undefined, 2)}\n`;
    case 'sql':
      return grantText(config);
    case 'text':
      return text(config);
  }
}

/** What `--format json` prints. */
function parts(config: Config): object {
  const isAssumed = config.assume_role_arn !== undefined;
  const steps = [...bucketSteps(config), ...copyRoleSteps(config), ...uploaderSteps(config)];
  const all = {
    sql: grants(config).flatMap(({ statements }) => statements.map(line)),
    policies: {
      copy_roles: copyRoles(config).map(({ arn, trust, policy }) => ({ arn, trust, policy })),
      uploader: uploaderPolicy(config),
      ...(isAssumed ? { uploader_trust: uploaderTrust(config), caller: callerPolicy(config) } : {}),
    },
    lifecycle: lifecycle(config),
    commands: steps.map(({ command }) => shellText(command)),
  };
  return { ...all, placeholders: Object.fromEntries(placeholdersIn(JSON.stringify(all))) };
}

function text(config: Config): string {
  const copySteps = copyRoleSteps(config);
  const withKeys = '# COPY reads with the keys of this program and needs no role.\n';
  const body = [
    `# 1. The database, as its administrator (--format sql prints only this)\n\n${grantText(config)}`,
    `# 2. The bucket\n\n${stepText(bucketSteps(config))}${foreignBucket(config)}`,
    `# 3. The role that COPY uses to read the bucket\n\n${copySteps.length === 0 ? withKeys : stepText(copySteps)}`,
    `# 4. The identity of this program\n\n${stepText(uploaderSteps(config))}${keyNote(config)}`,
  ].join('\n');
  return `${head(body)}\n${body}`;
}

function head(body: string): string {
  const open = placeholdersIn(body).map(([name, meaning]) => `#   ${name.padEnd(15)} ${meaning}\n`);
  return open.length === 0
    ? '# What an administrator of the database and of the AWS account has to run once for target-redshift.\n'
    : `# What an administrator of the database and of the AWS account has to run once for target-redshift. Replace:\n${open.join('')}`;
}

function placeholdersIn(body: string): (readonly [string, string])[] {
  return Object.entries(PLACEHOLDERS).filter(([name]) => body.includes(name));
}

function grantText(config: Config): string {
  return grants(config)
    .map(({ why, statements }) => `-- ${why}\n${statements.map(line).join('\n')}\n`)
    .join('\n');
}

function line(statement: Sql): string {
  return `${statement.safe};`;
}

function stepText(steps: readonly Step[]): string {
  return steps.map(({ why, command }) => `# ${why}\n${shellText(command, true)}\n`).join('\n');
}

function foreignBucket({ s3_bucket_owner: owner }: Config): string {
  return owner === undefined
    ? ''
    : `\n# If account ${owner} is not that of the identities below, the policy of the bucket must allow them the same.\n`;
}

function keyNote({ s3_encryption, s3_kms_key_id: key }: Config): string {
  if (s3_encryption !== 'sse-kms' || key === undefined) {
    return s3_encryption === 'bucket-default'
      ? '\n# If the bucket encrypts with a KMS key of your own, set s3_encryption and s3_kms_key_id: the policies then include the key.\n'
      : '';
  }
  return '\n# The policy of the KMS key must allow the same to both identities.\n';
}
