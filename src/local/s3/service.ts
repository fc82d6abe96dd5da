/**
 * What stands behind the endpoint: the store, and who may use it. Answers one request; see {@link answer}.
 */
import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { checkAccess } from './auth/access.ts';
import { planBody, receiveBody } from './http/body.ts';
import type { Call, Reply } from './operations/call.ts';
import { Caller, type AccessListener } from './auth/caller.ts';
import type { Regions } from './auth/claim.ts';
import { Credentials, type S3Identity, type S3Role } from './auth/credentials.ts';
import { Gate, type S3FaultRule } from '../faults/s3.ts';
import { KmsKeys } from './auth/kms.ts';
import { Uploads } from './objects/uploads.ts';
import { operations } from './operations/table.ts';
import { findOperation, readTarget } from './http/request.ts';
import { authenticate } from './auth/signature.ts';
import { Store, type Bucket, type BucketSettings } from './objects/store.ts';
import { answerSts, isSts } from './sts/sts.ts';

/** A bucket to make where it is missing, in the server's region when it names none, and its settings. */
export interface S3Bucket extends BucketSettings {
  readonly name: string;
  readonly region?: string;
}

/** Who may do what, and where. */
export interface S3Access {
  /** Who may do what its policy allows; nobody else may do anything. */
  readonly identities: readonly S3Identity[];
  /** The IAM roles that callers can assume, and COPY can read as. */
  readonly roles?: readonly S3Role[];
  /** Buckets to make where they are missing. */
  readonly buckets?: readonly (string | S3Bucket)[];
  /** ARNs of the keys of KMS that exist beside `alias/aws/s3`. */
  readonly kmsKeys?: readonly string[];
}

/** What a server does. */
export interface ServiceOptions extends S3Access {
  /** Where buckets and objects live; made when missing. Only one server may use it at a time. */
  readonly dir: string;
  /** The server's own region, that of buckets which name none; us-east-1 when undefined. */
  readonly region?: string;
  /** Makes chosen requests fail, for tests. */
  readonly fault?: S3FaultRule;
  /** Hears of every permission that was asked for. */
  readonly onAccess?: AccessListener;
  /** The most seconds that a session of STS lives, whatever was asked for, so that tests can see it expire. */
  readonly sessionSeconds?: number;
}

/** A server's state. */
export interface Service {
  readonly region: string;
  readonly store: Store;
  readonly credentials: Credentials;
  kmsKeys: KmsKeys;
  readonly gate: Gate;
  readonly onAccess: AccessListener | undefined;
  readonly sessionSeconds: number;
  uploads(bucket: Bucket): Uploads;
}

/** An answer, and what is to be done with its body. */
export interface Answer {
  readonly reply: Reply;
  readonly shape: (body: Readable) => Readable;
}

/** Opens the store and what is around it; pauses end when `closing` is aborted. */
export function openService(options: ServiceOptions, region: string, closing: AbortSignal): Service {
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
    gate: new Gate(options.fault, closing),
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

/** Replaces identities and roles; buckets and keys stay where they are not named. Throws an Error for a wrong policy. */
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
    if (store.find(name) === undefined) store.createBucket(name, wanted);
    store.bucket(name).settings = settings;
  }
}

function findRegions({ region, store }: Service, name: string): Regions {
  const bucket = store.find(name);
  const served = new Set([region, ...store.buckets().map((each) => each.region)]);
  return { own: region, served, ...(bucket && { bucket }) };
}

/** Answers a request; `goOn` tells a waiting client to send its body. Throws S3Error, ConnectionReset, or file errors. */
export async function answer(service: Service, request: IncomingMessage, goOn: () => void): Promise<Answer> {
  const target = readTarget(request);
  if (isSts(target)) {
    goOn();
    const body = request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>;
    const reply = await answerSts(service, target, findRegions(service, ''), body);
    return { reply, shape: (stream) => stream };
  }
  const operation = findOperation(target);
  const shape = await service.gate.enter(operation, target.bucket, target.key);
  const authentication = authenticate(target, service.credentials, findRegions(service, target.bucket));
  const caller = new Caller(service.credentials.principalOf(authentication.identity), service, 'http');
  checkAccess(caller, operation, target, service.store);
  const call: Call = {
    target,
    region: authentication.region,
    caller,
    store: service.store,
    kmsKeys: service.kmsKeys,
    uploads: (bucket) => service.uploads(bucket),
    receive: async (sink) => {
      const plan = planBody(target.headers, authentication);
      goOn();
      // The connection must outlive a refused body: it carries the answer.
      return await receiveBody(request.iterator({ destroyOnReturn: false }), plan, sink);
    },
  };
  return { reply: await operations[operation](call), shape };
}

/** The region of the bucket that a request is about as a whole; S3 tells it in every answer, refusals included. */
export function regionOf({ store }: Service, request: IncomingMessage): string | undefined {
  try {
    const { bucket, key } = readTarget(request);
    return key === '' ? store.find(bucket)?.region : undefined;
  } catch {
    return undefined;
  }
}
