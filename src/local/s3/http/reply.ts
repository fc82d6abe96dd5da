/** What a request is answered with. */
import type { Readable } from 'node:stream';
import { writeXml, type XmlElement } from './xml.ts';

/** A reply. Its stream is exactly `size` bytes long; the sender opens and destroys it. */
export interface Reply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | { readonly size: number; readonly open: () => Readable };
}

/** A reply without a body. */
export function replyEmpty(status: number, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status, headers, body: '' };
}

/** 200 with an XML document. */
export function replyXml(root: XmlElement, headers: Readonly<Record<string, string>> = {}): Reply {
  return { status: 200, headers: { 'content-type': 'application/xml', ...headers }, body: writeXml(root) };
}
