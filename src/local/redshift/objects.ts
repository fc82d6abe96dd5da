/**
 * Finds the S3 objects that a COPY reads, by prefix or manifest, with the checks and messages of Redshift. Sources:
 * Amazon Redshift Database Developer Guide, "COPY from Amazon S3" and "Using a manifest to specify data files".
 */
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { copyError, describeS3, type ErrorContext, s3Error } from './errors.ts';
import { type CopyStatement, RedshiftError } from './sql/statement.ts';

/** What the endpoint needs of S3. Refusals are errors that carry S3's `code`, HTTP `status` and message. */
export interface ObjectReader {
  checkKeys(keys: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  }): void;
  list(bucket: string, prefix: string): Promise<readonly { readonly key: string; readonly size: number }[]>;
  open(bucket: string, key: string): Promise<{ readonly size: number; readonly body: Readable }>;
}

/** Where COPY may read, and as whom. */
export interface ObjectRules {
  readonly reader: ObjectReader;
  /** ARNs of the IAM roles attached to the cluster; the first is its default. */
  readonly roles: readonly string[];
  /** Region of the buckets and of the cluster. */
  readonly region: string;
}

/** An object to load. One that is not mandatory may be missing. */
export interface LoadObject {
  readonly bucket: string;
  readonly key: string;
  readonly mandatory: boolean;
}

interface S3Refusal {
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

/** @throws RedshiftError XX000 when the statement's credentials do not allow reading S3. */
export function checkCredentials(copy: CopyStatement, rules: ObjectRules, context: ErrorContext): void {
  if (copy.credentials.kind === 'role') {
    const [first] = copy.credentials.arns === 'default' ? rules.roles : copy.credentials.arns;
    if (first === undefined || !rules.roles.includes(first)) {
      throw copyError(`Not authorized to get credentials of role ${first ?? 'default'}`, context);
    }
    return;
  }
  try {
    rules.reader.checkKeys(copy.credentials);
  } catch (error) {
    throw explainS3(error, copy, context);
  }
}

/** The objects in the order of loading. @throws RedshiftError XX000 when there are none or S3 refuses. */
export async function findObjects(
  copy: CopyStatement,
  rules: ObjectRules,
  context: ErrorContext,
): Promise<readonly LoadObject[]> {
  if (copy.region !== undefined && copy.region !== rules.region) {
    const refusal = {
      code: 'PermanentRedirect',
      status: 301,
      message:
        'The bucket you are attempting to access must be addressed using the specified endpoint. ' +
        'Please send all future requests to this endpoint.',
    };
    throw s3Error(refusal, copy, context);
  }
  if (copy.manifest) return await readManifest(copy, rules, context);
  try {
    const found = await rules.reader.list(copy.bucket, copy.key);
    if (found.length > 0) return found.map(({ key }) => ({ bucket: copy.bucket, key, mandatory: true }));
  } catch (error) {
    throw explainS3(error, copy, context);
  }
  throw copyError(`The specified S3 prefix '${copy.key}' does not exist`, context);
}

/**
 * The object's content; undefined when it is missing and need not be there.
 * @throws RedshiftError XX000 when S3 refuses.
 */
export async function openObject(
  object: LoadObject,
  rules: ObjectRules,
  context: ErrorContext,
): Promise<Readable | undefined> {
  try {
    return (await rules.reader.open(object.bucket, object.key)).body;
  } catch (error) {
    if (isRefusal(error) && error.code === 'NoSuchKey') {
      if (!object.mandatory) return undefined;
      const text = `Mandatory url is not present in manifest file. ${describeS3(error)}`;
      throw copyError(text, context, `S3 key being read : s3://${object.bucket}/${object.key}`);
    }
    throw explainS3(error, object, context);
  }
}

async function readManifest(
  copy: CopyStatement,
  rules: ObjectRules,
  context: ErrorContext,
): Promise<readonly LoadObject[]> {
  let content: string;
  try {
    content = await text((await rules.reader.open(copy.bucket, copy.key)).body);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    throw copyError(
      `Problem reading manifest file - ${describeS3(error)}`,
      context,
      `s3://${copy.bucket}/${copy.key}`,
    );
  }
  const objects = parseManifest(content, copy, context);
  if (objects.length === 0)
    throw copyError('The manifest has no entries', context, `s3://${copy.bucket}/${copy.key}`);
  return objects;
}

function parseManifest(content: string, copy: CopyStatement, context: ErrorContext): LoadObject[] {
  const about = `s3://${copy.bucket}/${copy.key}`;
  const invalid = (why: string) =>
    copyError(`Manifest file is not in correct json format. ${why}`, context, about);
  let manifest: unknown;
  try {
    manifest = JSON.parse(content);
  } catch {
    throw invalid('');
  }
  const entries = isRecord(manifest) ? manifest['entries'] : undefined;
  if (!Array.isArray(entries)) throw invalid("It has no 'entries' array.");
  return entries.map((entry: unknown) => {
    if (!isRecord(entry)) throw invalid('An entry is no object.');
    const { url, mandatory = false } = entry;
    if (typeof url !== 'string') throw invalid("An entry does not have a 'url' key.");
    if (typeof mandatory !== 'boolean') throw invalid("'mandatory' is no boolean.");
    const parts = /^s3:\/\/([^/]+)\/(.*[^/])$/s.exec(url);
    const [, bucket, key] = parts ?? [];
    if (bucket === undefined || key === undefined) {
      throw copyError('Manifest requires the full path of an S3 object', context, url);
    }
    return { bucket, key, mandatory };
  });
}

function explainS3(
  error: unknown,
  where: { readonly bucket: string; readonly key: string },
  context: ErrorContext,
): unknown {
  return isRefusal(error) && !(error instanceof RedshiftError) ? s3Error(error, where, context) : error;
}

function isRefusal(error: unknown): error is S3Refusal {
  return (
    error instanceof Error &&
    'code' in error &&
    typeof error.code === 'string' &&
    'status' in error &&
    typeof error.status === 'number'
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
