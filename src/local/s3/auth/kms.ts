/**
 * KMS as far as S3 is concerned: which keys there are, which one encrypts an object, and who may use it. Sources: Amazon S3
 * User Guide, "Using server-side encryption with AWS KMS keys" and "Multipart upload API and permissions".
 */
import type { Caller } from './caller.ts';
import { ACCOUNT } from './credentials.ts';
import { s3Error } from '../errors.ts';
import type { Bucket } from '../objects/store.ts';

type Headers = Readonly<Record<string, string>>;

const ALGORITHM = 'x-amz-server-side-encryption';
const KEY = 'x-amz-server-side-encryption-aws-kms-key-id';
/** The ID of the key behind `alias/aws/s3`, which every account has in every region. */
const DEFAULT_KEY_ID = '00000000-0000-4000-8000-000000000053';

/** The keys that exist. */
export class KmsKeys {
  readonly #arns: ReadonlySet<string>;

  /** ARNs of keys, beside those that AWS makes for S3. */
  constructor(arns: readonly string[]) {
    this.#arns = new Set(arns);
  }

  /** The ARN of the key that a request to S3 in the region means: by ID, ARN or alias. Throws KMS.NotFoundException. */
  resolve(reference: string | undefined, region: string): string {
    const own = `arn:aws:kms:${region}:${ACCOUNT}:`;
    const name =
      reference?.startsWith(own) === true ? reference.slice(own.length) : (reference ?? 'alias/aws/s3');
    const standard = `${own}key/${DEFAULT_KEY_ID}`;
    if (name === 'alias/aws/s3') return standard;
    const arn = /^arn:/.test(name) ? name : `${own}${/^(key|alias)\//.test(name) ? '' : 'key/'}${name}`;
    if (arn === standard) return standard;
    const keyRegion = arn.split(':')[3] ?? '';
    if (keyRegion !== region) throw notFound(`Invalid arn ${keyRegion}`);
    if (this.#arns.has(arn)) return arn;
    throw notFound(arn.includes(':alias/') ? `Alias ${arn} is not found.` : `Key '${arn}' does not exist`);
  }
}

function notFound(message: string): Error {
  return s3Error('KMS.NotFoundException', { message });
}

/**
 * The headers of a new object with its encryption in them: as the request says, or else as the bucket does. Throws
 * KMS.NotFoundException, InvalidArgument, and AccessDenied when the caller may not use the key.
 */
export function encrypt(
  headers: Headers,
  bucket: Bucket,
  { caller, kmsKeys }: { readonly caller: Caller; readonly kmsKeys: KmsKeys },
): Headers {
  const standard = bucket.settings.encryption;
  const byBucket = headers[ALGORITHM] === undefined && headers[KEY] === undefined && standard !== undefined;
  const wanted = byBucket ? { ...headers, [ALGORITHM]: 'aws:kms', [KEY]: standard.kmsKey } : headers;
  if (!isKms(wanted)) {
    if (wanted[KEY] === undefined) return wanted;
    throw s3Error('InvalidArgument', {
      message: `Server Side Encryption with AWS KMS managed key requires HTTP header ${ALGORITHM} : aws:kms`,
      elements: { ArgumentName: ALGORITHM, ArgumentValue: wanted[ALGORITHM] ?? 'null' },
    });
  }
  const key = kmsKeys.resolve(wanted[KEY], bucket.region);
  caller.requireByName('kms:GenerateDataKey', key);
  return { ...wanted, [KEY]: key };
}

/** Throws AccessDenied when an object or upload is encrypted with a key that the caller may not decrypt with. */
export function requireDecrypt(caller: Caller, headers: Headers): void {
  const key = headers[KEY];
  if (isKms(headers) && key !== undefined) caller.requireByName('kms:Decrypt', key);
}

function isKms(headers: Headers): boolean {
  return headers[ALGORITHM]?.startsWith('aws:kms') ?? false;
}
