/**
 * COPY of the one object. Redshift says little of why it was refused: "Access Denied" may be the listing, the object or its
 * key. So the refusal is looked into with further COPYs that need less.
 */
import { messageOf } from '../errors.ts';
import { grantAssumeRole } from '../setup/grants.ts';
import { placeOf } from '../setup/place.ts';
import { copyRolePolicy, copyRoles, uploaderPolicy } from '../setup/policies.ts';
import { manifestOf } from '../staging/manifest.ts';
import { copyPrefix, copyToTable, type CopyAccess } from '../warehouse/statements.ts';
import { byCommands, byPolicy, bySetting, bySql, type Fix } from './fix.ts';
import { TIMEOUT, type Place } from './place.ts';
import { Finding, finding, type Step } from './step.ts';
import { bucketArns } from './storage-steps.ts';

export function copyStep(place: Place): Step {
  return {
    name: 'copy',
    needs: ['create table', 'upload'],
    work: async () => {
      const access = await place.copyAccess();
      try {
        await copy(place, access, place.manifest);
      } catch (error) {
        throw await copyFinding(place, access, error);
      }
      if (access.kind === 'role') return `COPY reads the bucket with the role ${access.role}`;
      return access.sessionToken === undefined
        ? 'COPY reads the bucket with the access keys, which stand in its SQL; iam_role or copy_credentials temporary keeps long-lived keys out of it'
        : 'COPY reads the bucket with temporary keys';
    },
  };
}

async function copy(
  { session, table, columns, format, store }: Place,
  access: CopyAccess,
  manifest: string,
): Promise<void> {
  const { region, url } = await location(store, manifest);
  const source = { manifestUrl: url, format, access, region };
  await session((connection) => connection.run(copyToTable(table, columns, source), TIMEOUT));
}

async function location(store: Place['store'], key: string): Promise<{ region: string; url: string }> {
  const open = await store();
  return { region: open.region, url: open.url(key) };
}

async function copyFinding(place: Place, access: CopyAccess, error: unknown): Promise<Finding> {
  const words = messageOf(error);
  const role = access.kind === 'role' ? access.role : undefined;
  if (/does not have ASSUMEROLE permission/i.test(words) && role !== undefined) {
    const roles = role === 'default' ? 'default' : role.split(',');
    return finding(error, bySql(grantAssumeRole(roles, place.seen.user)));
  }
  const [, refused] = /Not authorized to get credentials of role (\S+)/i.exec(words) ?? [];
  if (refused !== undefined && role !== undefined) return finding(error, roleFix(place, role, refused));
  if (/InvalidAccessKeyId|SignatureDoesNotMatch/.test(words))
    return finding(error, bySetting('aws_access_key_id and aws_secret_access_key: a pair that is valid'));
  if (/ExpiredToken/.test(words))
    return finding(error, bySetting('aws_session_token: keys that have not ended'));
  if (/PermanentRedirect/.test(words))
    return finding(error, bySetting('s3_region: the region of the bucket'));
  if (!/Access ?Denied/i.test(words)) return finding(error, undefined);
  return accessFinding(place, access, error);
}

/** The first role must be attached to the cluster, each other trusted by the one before it. */
function roleFix({ config }: Place, roles: string, refused: string): Fix {
  const chain = roles.split(',');
  const before = chain[chain.indexOf(refused) - 1];
  if (before !== undefined) {
    const policy = copyRoles(config).find(({ arn }) => arn === before)?.policy ?? copyRolePolicy(config);
    return byPolicy(`the role ${before}`, policy, 'sts:AssumeRole', refused);
  }
  const { cluster } = placeOf(config);
  const commands =
    cluster.kind === 'serverless'
      ? `aws redshift-serverless update-namespace --namespace-name '<NAMESPACE>' --iam-roles ${refused}`
      : `aws redshift modify-cluster-iam-roles --cluster-identifier ${cluster.name ?? "'<CLUSTER>'"} --add-iam-roles ${refused}`;
  return byCommands(commands);
}

async function accessFinding(place: Place, access: CopyAccess, error: unknown): Promise<Finding> {
  const store = await place.store();
  const who =
    access.kind === 'role' ? `the role ${access.role.split(',').at(-1) ?? ''}` : await place.identity();
  const arns = bucketArns(place, store.region);
  const policy = access.kind === 'role' ? copyRolePolicy(place.config) : uploaderPolicy(place.config);
  const refusal = (action: string, resource: string): Finding =>
    new Finding(
      `COPY: ${action} on ${resource} is denied to ${who}`,
      byPolicy(who, policy, action, resource),
      error,
    );
  if (!(await mayList(place, access))) return refusal('s3:ListBucket', arns.bucket);
  const { kmsKey } = place.seen;
  if (kmsKey !== undefined && (await mayReadPlain(place, access))) return refusal('kms:Decrypt', kmsKey);
  return refusal('s3:GetObject', arns.objects);
}

/** Whoever may list is told that there is nothing, whoever may not that access is denied. */
async function mayList(place: Place, access: CopyAccess): Promise<boolean> {
  const { region, url } = await location(place.store, `${place.folder}nothing/`);
  try {
    await place.session((connection) =>
      connection.run(copyPrefix(place.table, url, access, region), TIMEOUT),
    );
    return true;
  } catch (error) {
    return !/Access ?Denied/i.test(messageOf(error));
  }
}

/** The same object, encrypted with the key of S3 itself: whoever reads that one lacks the KMS key. */
async function mayReadPlain(place: Place, access: CopyAccess): Promise<boolean> {
  const store = await place.store();
  const [part, manifest] = [`${place.folder}plain`, `${place.folder}plain.json`];
  try {
    const body = Buffer.from('');
    await store.tryPut(part, body, { withSse: 'sse-s3' });
    place.seen.keys.add(part);
    await store.tryPut(manifest, manifestOf(store, [{ key: part, bytes: body.length }]), {
      withSse: 'sse-s3',
    });
    place.seen.keys.add(manifest);
    await copy(place, access, manifest);
    return true;
  } catch (error) {
    return !/Access ?Denied/i.test(messageOf(error));
  }
}
