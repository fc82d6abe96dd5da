/**
 * COPY of the one object. Redshift says little about why COPY failed: "Access Denied" may mean the listing, the object or its KMS
 * key. So more COPYs that need fewer permissions find the cause.
 */
import { messageOf } from '../errors.ts';
import { grantAssumeRole } from '../setup/grants.ts';
import { attachSteps } from '../setup/identities.ts';
import { shellText } from '../setup/shell.ts';
import { copyRolePolicy, copyRoles, uploaderPolicy } from '../setup/policies.ts';
import { ident, tableName, type Sql } from '../sql.ts';
import type { Session } from '../ports.ts';
import { manifestOf } from '../staging/manifest.ts';
import {
  copyPrefix,
  copyToStage,
  copyToTable,
  createStage,
  dropStage,
  type CopyAccess,
} from '../warehouse/statements.ts';
import { byCommands, byPolicy, bySetting, bySql, type Fix } from './fix.ts';
import { TIMEOUT, type CheckContext } from './context.ts';
import { readBack } from './redshift-steps.ts';
import { Finding, finding, type Step } from './step.ts';
import { bucketArns } from './storage-steps.ts';

export function copyStep(context: CheckContext): Step {
  return {
    name: 'copy',
    needs: [context.isTemporary ? 'temp table' : 'create table', 'upload'],
    work: async () => {
      const access = await context.copyAccess();
      try {
        await copy(context, access, context.manifest);
      } catch (error) {
        throw await copyFinding(context, access, error);
      }
      if (access.kind === 'role') return `COPY reads the bucket with the role ${access.role}`;
      return access.sessionToken === undefined
        ? 'COPY reads the bucket with the access keys, which are part of its SQL; to avoid long-lived keys there, set iam_role or copy_credentials temporary'
        : 'COPY reads the bucket with temporary keys';
    },
  };
}

async function copy(context: CheckContext, access: CopyAccess, manifest: string): Promise<void> {
  const { table, columns, format, store } = context;
  const { region, url } = await location(store, manifest);
  const source = { manifestUrl: url, format, access, region };
  await inTable(context, async (session) => {
    if (context.isTemporary) {
      await session.run(copyToStage(table.table, columns, source), TIMEOUT);
      await readBack(session, ident(table.table));
    } else await session.run(copyToTable(table, columns, source, true), TIMEOUT);
  });
}

/** In the table of the check, which may be a temporary one of this session. */
async function inTable({ session, table, columns, isTemporary }: CheckContext, work: Work): Promise<void> {
  await session(async (connection) => {
    if (!isTemporary) {
      await work(connection, tableName(table));
      return;
    }
    await connection.run(createStage(table.table, columns), TIMEOUT);
    try {
      await work(connection, ident(table.table));
    } finally {
      await connection.run(dropStage(table.table), TIMEOUT);
    }
  });
}

type Work = (session: Session, into: Sql) => Promise<unknown>;

async function location(store: CheckContext['store'], key: string): Promise<{ region: string; url: string }> {
  const open = await store();
  return { region: open.region, url: open.url(key) };
}

async function copyFinding(context: CheckContext, access: CopyAccess, error: unknown): Promise<Finding> {
  const words = messageOf(error);
  const role = access.kind === 'role' ? access.role : undefined;
  if (/does not have ASSUMEROLE permission/i.test(words) && role !== undefined) {
    const roles = role === 'default' ? 'default' : role.split(',');
    return finding(error, bySql(grantAssumeRole(roles, context.seen.user)));
  }
  const [, refused] = /Not authorized to get credentials of role (\S+)/i.exec(words) ?? [];
  if (refused !== undefined && role !== undefined) return finding(error, roleFix(context, role, refused));
  if (/InvalidAccessKeyId|SignatureDoesNotMatch/.test(words))
    return finding(error, bySetting('aws_access_key_id and aws_secret_access_key: a valid pair'));
  if (/ExpiredToken/.test(words))
    return finding(error, bySetting('aws_session_token: keys that have not expired'));
  if (/PermanentRedirect/.test(words))
    return finding(error, bySetting('s3_region: the region of the bucket'));
  if (!/Access ?Denied/i.test(words)) return finding(error, undefined);
  return accessFinding(context, access, error);
}

/** The first role must be attached to the cluster, each other trusted by the one before it. */
function roleFix({ config }: CheckContext, roles: string, refused: string): Fix {
  const chain = roles.split(',');
  const before = chain[chain.indexOf(refused) - 1];
  if (before !== undefined) {
    const policy = copyRoles(config).find(({ arn }) => arn === before)?.policy ?? copyRolePolicy(config);
    return byPolicy(`the role ${before}`, policy, 'sts:AssumeRole', refused);
  }
  const steps = attachSteps(config, { arn: refused });
  return byCommands(
    '# or correct iam_role. The role must also trust redshift.amazonaws.com: target-redshift setup prints how to create it.',
    ...steps.flatMap(({ why, command }) => [`# ${why}`, shellText(command)]),
  );
}

async function accessFinding(context: CheckContext, access: CopyAccess, error: unknown): Promise<Finding> {
  const store = await context.store();
  const who =
    access.kind === 'role' ? `the role ${access.role.split(',').at(-1) ?? ''}` : await context.identity();
  const arns = bucketArns(context, store.region);
  const policy = access.kind === 'role' ? copyRolePolicy(context.config) : uploaderPolicy(context.config);
  const refusal = (action: string, resource: string): Finding =>
    new Finding(
      `COPY: ${action} on ${resource} is denied to ${who}`,
      byPolicy(who, policy, action, resource),
      error,
    );
  if (!(await mayList(context, access))) return refusal('s3:ListBucket', arns.bucket);
  const { kmsKey } = context.seen;
  if (kmsKey === undefined) return refusal('s3:GetObject', arns.objects);
  const isKey = /kms:Decrypt/.test(messageOf(error)) || (await mayReadPlain(context, access));
  if (isKey === true) return refusal('kms:Decrypt', kmsKey);
  const object = refusal('s3:GetObject', arns.objects);
  if (isKey === false) return object;
  const key = refusal('kms:Decrypt', kmsKey);
  return new Finding(
    `${object.message}, or kms:Decrypt on ${kmsKey}`,
    bothPolicies(object.fix, key.fix),
    error,
  );
}

/** An identity that can list gets "not found", one that cannot gets "access denied". */
async function mayList(context: CheckContext, access: CopyAccess): Promise<boolean> {
  const { region, url } = await location(context.store, `${context.folder}nothing/`);
  try {
    await inTable(context, (session, into) => session.run(copyPrefix(into, url, access, region), TIMEOUT));
    return true;
  } catch (error) {
    return !/Access ?Denied/i.test(messageOf(error));
  }
}

function bothPolicies(one: Fix | undefined, other: Fix | undefined): Fix | undefined {
  if (one?.kind !== 'policy' || other?.kind !== 'policy') return one;
  return { ...one, statements: [...one.statements, ...other.statements] };
}

/**
 * Tries the same object encrypted with the key of S3 itself. If that one can be read, the permission for the KMS key is missing.
 * Undefined if the bucket does not accept such an object.
 */
async function mayReadPlain(context: CheckContext, access: CopyAccess): Promise<boolean | undefined> {
  const store = await context.store();
  const [part, manifest] = [`${context.folder}plain`, `${context.folder}plain.json`];
  const body = Buffer.from('');
  context.seen.keys.add(part).add(manifest);
  try {
    await store.tryPut(part, body, { withSse: 'sse-s3' });
    await store.tryPut(manifest, manifestOf(store, [{ key: part, bytes: body.length }]), {
      withSse: 'sse-s3',
    });
  } catch {
    return undefined;
  }
  try {
    await copy(context, access, manifest);
    return true;
  } catch (error) {
    return !/Access ?Denied/i.test(messageOf(error));
  }
}
