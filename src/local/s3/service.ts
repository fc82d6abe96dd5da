/** What the endpoint serves: the store, and its users. */
import type { AccessListener } from './auth/caller.ts';
import { Credentials, type S3Identity, type S3Role } from './auth/credentials.ts';
import { KmsKeys } from './auth/kms.ts';
import { S3Error } from './errors.ts';
import { Store, type Bucket, type BucketSettings } from './objects/store.ts';
import { Uploads } from './objects/uploads.ts';
import { LocalWarehouseError } from '../warehouse-error.ts';

/** A bucket to make where it is missing, in the server's region when it names none, and its settings. */
export interface S3Bucket extends BucketSettings {
  readonly name: string;
  readonly region?: string;
}

/** Who may do what, and where. */
export interface S3Access {
  /** Those who may do something: what their policies allow. */
  readonly identities: readonly S3Identity[];
  /** The IAM roles that callers can assume, and COPY can read as. */
  readonly roles?: readonly S3Role[];
  /** Buckets to make where they are missing. */
  readonly buckets?: readonly (string | S3Bucket)[];
  /** ARNs of the keys of KMS that exist beside `alias/aws/s3`. */
  readonly kmsKeys?: readonly string[];
}

/** What a service is opened with. */
export interface ServiceOptions extends S3Access {
  /** Folder of buckets and objects, made when missing. Only one server may use it at a time. */
  readonly dir: string;
  /** The server's own region, that of buckets which name none; us-east-1 when undefined. */
  readonly region?: string;
  /** Is told every decision on a permission. */
  readonly onAccess?: AccessListener;
  /** The longest life of a session of STS in seconds, whatever was asked for, so that tests can see it expire. */
  readonly sessionSeconds?: number;
}

/** A server's state. */
export interface Service {
  readonly region: string;
  readonly store: Store;
  readonly credentials: Credentials;
  kmsKeys: KmsKeys;
  readonly onAccess: AccessListener | undefined;
  /** Infinity when it is not limited. */
  readonly sessionSeconds: number;
  /** The open uploads of a bucket. */
  uploads(bucket: Bucket): Uploads;
}

/** Opens the store and what is around it. Throws a LocalWarehouseError for a policy or a bucket's name that is wrong, and file errors. */
export function openService(options: ServiceOptions, region: string): Service {
  const store = new Store(options.dir, region);
  const uploads = new WeakMap<Bucket, Uploads>();
  for (const bucket of store.buckets()) {
    const restored = new Uploads(bucket);
    restored.sweep();
    uploads.set(bucket, restored);
  }
  const service: Service = {
    region,
    store,
    credentials: new Credentials(options.identities, options.roles),
    kmsKeys: new KmsKeys(options.kmsKeys ?? []),
    onAccess: options.onAccess,
    sessionSeconds: options.sessionSeconds ?? Infinity,
    uploads: (bucket) => {
      const known = uploads.get(bucket) ?? new Uploads(bucket);
      uploads.set(bucket, known);
      return known;
    },
  };
  openBuckets(service, options.buckets);
  return service;
}

/** Replaces identities and roles. Buckets and keys that are not named stay. Throws a LocalWarehouseError for a wrong policy or name of a bucket. */
export function changeAccess(service: Service, access: S3Access): void {
  service.credentials.replace(access.identities, access.roles ?? []);
  openBuckets(service, access.buckets);
  if (access.kmsKeys) service.kmsKeys = new KmsKeys(access.kmsKeys);
}

function openBuckets({ store, region }: Service, buckets: S3Access['buckets'] = []): void {
  for (const bucket of buckets) {
    const {
      name,
      region: wanted = region,
      ...settings
    } = typeof bucket === 'string' ? { name: bucket } : bucket;
    if (store.find(name) === undefined) makeBucket(store, name, wanted);
    store.bucket(name).settings = settings;
  }
}

function makeBucket(store: Store, name: string, region: string): void {
  try {
    store.createBucket(name, region);
  } catch (error) {
    if (!(error instanceof S3Error)) throw error;
    throw new LocalWarehouseError(`Cannot make the bucket ${JSON.stringify(name)}: ${error.message}`, {
      cause: error,
    });
  }
}
