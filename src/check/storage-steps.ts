/** The steps in the bucket: what the program itself does there. For each denied action there is a policy that allows it. */
import { be, count } from '../amounts.ts';
import { messageOf, stateOf } from '../errors.ts';
import { encodeRows } from '../rows/csv.ts';
import { manifestOf } from '../staging/manifest.ts';
import { compress, rawPart } from '../staging/part.ts';
import { normalisePrefix } from '../staging/keys.ts';
import { partitionOf } from '../setup/aws-location.ts';
import { uploaderPolicy } from '../setup/policies.ts';
import { byCommands, byPolicy, bySetting } from './fix.ts';
import { NOTE, type CheckContext } from './context.ts';
import { Finding, finding, type Step } from './step.ts';

/** ARNs of the bucket and of the objects below the prefix, in the partition of the region. */
export function bucketArns(
  { config }: Pick<CheckContext, 'config'>,
  region: string,
): { readonly bucket: string; readonly objects: string } {
  const bucket = `arn:${partitionOf(region)}:s3:::${config.s3_bucket}`;
  return { bucket, objects: `${bucket}/${normalisePrefix(config.s3_prefix)}*` };
}

export function bucketStep(context: CheckContext): Step {
  const { config } = context;
  return {
    name: 'bucket',
    needs: [],
    work: async () => {
      const store = await openStore(context);
      const { isThere, region, belongsElsewhere } = await store.bucket(normalisePrefix(config.s3_prefix));
      if (!isThere) throw noBucket(context, 'the bucket does not exist');
      if (belongsElsewhere) {
        throw new Finding(
          `s3://${config.s3_bucket} does not belong to account ${config.s3_bucket_owner ?? ''}`,
          bySetting('s3_bucket_owner: the account that owns the bucket, or s3_bucket: your own bucket'),
        );
      }
      if (region !== undefined && region !== store.region) {
        throw new Finding(
          `s3://${config.s3_bucket} is in ${region}, but s3_region is ${store.region}`,
          bySetting(`"s3_region": "${region}"`),
        );
      }
      return `s3://${config.s3_bucket} in ${store.region}`;
    },
  };
}

async function openStore(context: CheckContext): ReturnType<CheckContext['store']> {
  try {
    return await context.store();
  } catch (error) {
    if (stateOf(error) === 'NoSuchBucket') throw noBucket(context, messageOf(error));
    throw await denied(context, error, { asked: 's3:ListBucket', on: 'bucket', region: 'us-east-1' });
  }
}

function noBucket({ config }: CheckContext, message: string): Finding {
  const region = config.s3_region ?? '<REGION>';
  const location =
    region === 'us-east-1' ? '' : ` --create-bucket-configuration LocationConstraint=${region}`;
  return new Finding(
    message,
    byCommands(`aws s3api create-bucket --bucket ${config.s3_bucket} --region ${region}${location}`),
  );
}

export function uploadStep(context: CheckContext): Step {
  const { config, format, part, manifest, seen, signal } = context;
  return {
    name: 'upload',
    needs: ['bucket'],
    work: async () => {
      const store = await context.store();
      const raw = rawPart([encodeRows([[NOTE]], format.sentinel)]);
      const body = await compress(raw, { format, gzipLevel: config.gzip_level });
      try {
        // They may exist even if there was no answer.
        seen.keys.add(part).add(manifest);
        const { kmsKey } = await store.tryPut(part, body);
        seen.kmsKey = kmsKey;
        await store.put(manifest, manifestOf(store, [{ key: part, bytes: body.length }]), signal);
      } catch (error) {
        throw await uploadFinding(context, error);
      }
      const encrypted = seen.kmsKey === undefined ? '' : `, encrypted with ${seen.kmsKey}`;
      return `objects can be written to ${store.url(context.folder)}${encrypted}`;
    },
  };
}

async function uploadFinding(context: CheckContext, error: unknown): Promise<Finding> {
  const { config } = context;
  const store = await context.store();
  const words = textOf(error);
  if (/AccessControlListNotSupported/.test(words)) {
    return finding(error, bySetting('remove s3_acl: the owner of the bucket already owns its objects'));
  }
  if (/KMS\.NotFound|NotFoundException/.test(words)) {
    return finding(error, bySetting('s3_kms_key_id: a key in the region of the bucket'));
  }
  if (config.s3_acl !== undefined && isDenied(error) && !/kms:/.test(words)) {
    const key = `${context.folder}without-acl`;
    const isTheAcl = await store.tryPut(key, Buffer.alloc(1), { withoutAcl: true }).then(
      () => true,
      () => false,
    );
    if (isTheAcl) {
      context.seen.keys.add(key);
      return denied(context, error, { asked: 's3:PutObjectAcl', on: 'objects', region: store.region });
    }
  }
  return denied(context, error, { asked: 's3:PutObject', on: 'objects', region: store.region });
}

/** Large parts need a multipart upload, which must be aborted if it is given up. */
export function multipartStep(context: CheckContext): Step {
  return {
    name: 'multipart',
    needs: ['upload'],
    work: async () => {
      const store = await context.store();
      const key = `${context.folder}multipart`;
      try {
        await store.tryMultipart(key);
        return 'a multipart upload can be started and aborted';
      } catch (error) {
        throw await denied(context, error, {
          asked: 's3:AbortMultipartUpload',
          on: 'objects',
          region: store.region,
        });
      }
    },
  };
}

/** Leftovers of dead runs are found with a listing. */
export function listStep(context: CheckContext): Step {
  return {
    name: 'list',
    needs: ['bucket'],
    work: async () => {
      const store = await context.store();
      const prefix = normalisePrefix(context.config.s3_prefix);
      try {
        for await (const _ of store.list(context.folder)) break;
      } catch (error) {
        throw await denied(context, error, { asked: 's3:ListBucket', on: 'bucket', region: store.region });
      }
      try {
        await store.abortUploads(prefix, new Date(0), () => false);
      } catch (error) {
        throw await denied(context, error, {
          asked: 's3:ListBucketMultipartUploads',
          on: 'bucket',
          region: store.region,
        });
      }
      return 'leftovers of dead runs can be listed';
    },
  };
}

export function removeStep(context: CheckContext): Step {
  return {
    name: 'remove',
    needs: [],
    isCleanUp: true,
    work: async () => {
      const keys = [...context.seen.keys];
      if (keys.length === 0) return 'no object was written';
      const store = await context.store();
      try {
        await store.remove(keys);
        return keys.length === 1
          ? 'the object of this check is removed'
          : `the ${keys.length} objects of this check are removed`;
      } catch (error) {
        const found = await denied(context, error, {
          asked: 's3:DeleteObject',
          on: 'objects',
          region: store.region,
        });
        const left = `; ${count(keys.length, 'object')} ${be(keys.length)} left below ${store.url(context.folder)}`;
        throw new Finding(`${found.message}${left}`, found.fix, error);
      }
    },
  };
}

function isDenied(error: unknown): boolean {
  return (
    /AccessDenied|Forbidden|403/.test(stateOf(error)) ||
    /AccessDenied|Access Denied|not authorized/.test(textOf(error))
  );
}

function textOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : undefined;
  return [stateOf(error), messageOf(error), cause?.name, cause?.message].join(' ');
}

/** What was requested of S3. */
interface Request {
  /** The action that needs a permission, such as `s3:PutObject`. */
  readonly asked: string;
  readonly on: 'bucket' | 'objects';
  readonly region: string;
}

/**
 * The finding for a denied request: the action and resource that AWS names, or else those that were requested. All other errors
 * stay as they are.
 */
async function denied(
  context: CheckContext,
  error: unknown,
  { asked, on, region }: Request,
): Promise<Finding> {
  if (!isDenied(error)) return finding(error, undefined);
  const words = textOf(error);
  const [, action = asked] = /not authorized to perform: ([a-z0-9-]+:\w+)/i.exec(words) ?? [];
  const [, named] = /on resource: "?(arn:[^\s"]+)"?/.exec(words) ?? [];
  const resource = action.startsWith('s3:') ? bucketArns(context, region)[on] : (named ?? '*');
  const who = await context.identity().catch(() => 'the identity of this program');
  const [, denial] = /explicit deny in (an? [\w -]*policy)/.exec(words) ?? [];
  // In that case a policy that allows it does not help.
  if (denial !== undefined)
    return new Finding(`${action} on ${resource} is denied to ${who} by ${denial}`, undefined, error);
  return new Finding(
    `${action} on ${resource} is denied to ${who}`,
    byPolicy(who, uploaderPolicy(context.config), action, resource),
    error,
  );
}
