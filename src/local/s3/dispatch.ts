/** The way of one request through the endpoint. */
import type { IncomingMessage } from 'node:http';
import { checkAccess } from './auth/access.ts';
import { Caller } from './auth/caller.ts';
import type { Regions } from './auth/claim.ts';
import { authenticate } from './auth/signature.ts';
import { planBody, readInTime, receiveBody } from './http/body.ts';
import type { Reply } from './http/reply.ts';
import { findOperation, readTarget } from './http/request.ts';
import { screenHeaders } from './objects/headers.ts';
import { OPERATIONS } from './operations/table.ts';
import type { Service } from './service.ts';
import { answerSts, isSts } from './sts/sts.ts';

/** Answers a request. `goOn` tells a client that waits to send the body. Throws S3Error, or file errors. */
export type Dispatch = (request: IncomingMessage, goOn: () => void) => Promise<Reply>;

/**
 * Answers the requests to a service: read the target -> hand it to STS, or find the operation -> authenticate -> authorize
 * -> screen the headers -> run the operation, which receives the body when it wants it. The body may pause for `requestMs`.
 */
export function dispatchTo(service: Service, requestMs: number): Dispatch {
  return async (request, goOn) => {
    const target = readTarget(request);
    // Not the request itself: its connection must outlive a rejected body, for it carries the reply.
    const body = () => readInTime(request, requestMs);
    if (isSts(target)) {
      goOn();
      return await answerSts(service, target, regionsOf(service, ''), body());
    }
    const operation = findOperation(target);
    const authentication = authenticate(target, service.credentials, regionsOf(service, target.bucket));
    const caller = new Caller(service.credentials.principalOf(authentication.identity), service, 'http');
    checkAccess(caller, operation, target, service.store);
    const { isScreened, run } = OPERATIONS[operation];
    if (isScreened) screenHeaders(target.headers);
    return await run({
      target,
      region: authentication.region,
      caller,
      store: service.store,
      kmsKeys: service.kmsKeys,
      uploads: (bucket) => service.uploads(bucket),
      receive: async (sink) => {
        const plan = planBody(target.headers, authentication);
        goOn();
        return await receiveBody(body(), plan, sink);
      },
    });
  };
}

/** The region of the bucket, for a request without a key. S3 sends it in every reply, including errors. */
export function regionOf({ store }: Service, request: IncomingMessage): string | undefined {
  try {
    const { bucket, key } = readTarget(request);
    return key === '' ? store.find(bucket)?.region : undefined;
  } catch {
    return undefined;
  }
}

function regionsOf({ region, store }: Service, name: string): Regions {
  const bucket = store.find(name);
  const served = new Set([region, ...store.buckets().map((each) => each.region)]);
  return { own: region, served, ...(bucket && { bucket }) };
}
