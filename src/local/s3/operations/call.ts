/** What an operation is given, and what operations read of it. */
import type { BodySink, ReceivedBody } from '../http/body.ts';
import type { Caller } from '../auth/caller.ts';
import { s3Error } from '../errors.ts';
import type { KmsKeys } from '../auth/kms.ts';
import type { Uploads } from '../objects/uploads.ts';
import type { S3Target } from '../http/request.ts';
import type { Bucket, Store } from '../objects/store.ts';
import { readXml, type XmlNode } from '../http/xml.ts';

/** An authenticated request. */
export interface Call {
  readonly target: S3Target;
  /** The region that the request is signed for. */
  readonly region: string;
  readonly caller: Caller;
  readonly store: Store;
  readonly kmsKeys: KmsKeys;
  /** The open uploads of a bucket. */
  uploads(bucket: Bucket): Uploads;
  /** Streams the body to the sink and verifies it; see {@link receiveBody}. A client that waits is told to go on. */
  receive(sink: BodySink): Promise<ReceivedBody>;
}

const maximumXmlBytes = 2 * 1024 * 1024;

/** Receives a small XML body; throws MalformedXML, also when the root is another than expected. Undefined when empty. */
export async function receiveXml(call: Call, root: string): Promise<XmlNode | undefined> {
  const pieces: Buffer[] = [];
  let size = 0;
  await call.receive((piece) => {
    size += piece.length;
    if (size > maximumXmlBytes) throw s3Error('MaxMessageLengthExceeded');
    pieces.push(piece);
  });
  if (size === 0) return undefined;
  const node = readXml(Buffer.concat(pieces).toString());
  if (node.name !== root) throw s3Error('MalformedXML');
  return node;
}

/** A whole number among the query's parameters, at most `maximum`; throws InvalidArgument. */
export function readCount(call: Call, name: string, fallback: number, maximum: number): number {
  const text = call.target.params.get(name);
  if (text === undefined) return fallback;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (!(value <= 2 ** 31 - 1)) {
    throw s3Error('InvalidArgument', {
      message: `Provided ${name} not an integer or within integer range`,
      elements: { ArgumentName: name, ArgumentValue: text },
    });
  }
  return Math.min(value, maximum);
}

/** Writes keys as the client asked for them: plain, or with `encoding-type=url` percent-encoded. Throws InvalidArgument. */
export function keyWriter(call: Call): (key: string) => string {
  const type = call.target.params.get('encoding-type');
  if (type === undefined) return (key) => key;
  if (type !== 'url') {
    throw s3Error('InvalidArgument', {
      message: 'Invalid Encoding Method specified in Request',
      elements: { ArgumentName: 'encoding-type', ArgumentValue: type },
    });
  }
  return (key) => encodeURIComponent(key).replaceAll('%2F', '/');
}
