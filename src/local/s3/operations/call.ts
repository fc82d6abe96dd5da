/** What an operation is given and what it answers, free of HTTP's machinery. */
import type { Readable } from 'node:stream';
import type { BodySink, ReceivedBody } from '../http/body.ts';
import type { Caller } from '../auth/caller.ts';
import { s3Error } from '../errors.ts';
import type { KmsKeys } from '../auth/kms.ts';
import type { Uploads } from '../objects/uploads.ts';
import type { S3Target } from '../http/request.ts';
import type { Bucket, Store } from '../objects/store.ts';
import { readXml, writeXml, type XmlElement, type XmlNode } from '../http/xml.ts';

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
  /** Streams the body to the sink and verifies it; see {@link receiveBody}. Also tells a waiting client to go on. */
  receive(sink: BodySink): Promise<ReceivedBody>;
}

/** An answer. A stream is exactly `size` bytes long and is destroyed by whoever sends the answer. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | { readonly size: number; readonly open: () => Readable };
}

const maximumXmlBytes = 2 * 1024 * 1024;

/** An answer without a body. */
export function replyEmpty(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: '' };
}

/** 200 with an XML document. */
export function replyXml(root: XmlElement, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body: writeXml(root) };
}

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
