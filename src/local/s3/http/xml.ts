/**
 * Writes the XML answers of S3 and STS and reads the three small XML bodies that clients send (Delete, CompleteMultipartUpload,
 * CreateBucketConfiguration). The reader knows elements, text, CDATA, comments and the five entities; anything else,
 * above all a document type, is MalformedXML.
 */
import { s3Error } from '../errors.ts';

/** Element content to write: text, or child elements in order; an array of values repeats the element. */
type XmlContent = string | number | boolean | readonly XmlElement[];

/** One element to write. */
export type XmlElement = readonly [name: string, content: XmlContent];

/** An element that was read: its children by order and its own text. */
export interface XmlNode {
  readonly name: string;
  readonly children: readonly XmlNode[];
  readonly text: string;
}

/** The namespaces of answers; S3's errors have none. */
const namespaces = {
  s3: 'http://s3.amazonaws.com/doc/2006-03-01/',
  sts: 'https://sts.amazonaws.com/doc/2011-06-15/',
} as const;

function escapeText(text: string): string {
  // Control characters and the carriage return go as character references, as S3 writes them, so that keys survive.
  return text.replace(/[&<>"']|[^\t\u0020-\ufffd]/g, (character) => {
    switch (character) {
      case '&':
        return '&amp;';
      case '<':
        return '&lt;';
      case '>':
        return '&gt;';
      case '"':
        return '&quot;';
      case "'":
        return '&apos;';
      default:
        return `&#x${character.charCodeAt(0).toString(16)};`;
    }
  });
}

function writeElement([name, content]: XmlElement, attributes = ''): string {
  const inner =
    typeof content === 'object'
      ? content.map((child) => writeElement(child)).join('')
      : escapeText(String(content));
  return `<${name}${attributes}>${inner}</${name}>`;
}

/** A whole document. */
export function writeXml(root: XmlElement, namespace: keyof typeof namespaces | 'bare' = 's3'): string {
  const attributes = namespace === 'bare' ? '' : ` xmlns="${namespaces[namespace]}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${writeElement(root, attributes)}`;
}

const entities: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function decodeText(text: string): string {
  return text.replace(/&([^;&]*);?/g, (whole, name: string) => {
    const known = entities.get(name);
    if (known !== undefined && whole.endsWith(';')) return known;
    const numeric = /^#(?:x([0-9a-fA-F]{1,6})|([0-9]{1,7}))$/.exec(name);
    if (numeric === null || !whole.endsWith(';')) throw s3Error('MalformedXML');
    const point = numeric[1] === undefined ? Number(numeric[2]) : parseInt(numeric[1], 16);
    if (point > 0x10ffff) throw s3Error('MalformedXML');
    return String.fromCodePoint(point);
  });
}

const token =
  /<!--[\s\S]*?-->|<\?[\s\S]*?\?>|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([\w.:-]+)\s*>|<([\w.:-]+)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;

interface OpenNode {
  readonly name: string;
  readonly children: OpenNode[];
  text: string;
}

/** Reads a document; throws MalformedXML. Namespaces and attributes are passed over. */
export function readXml(source: string): XmlNode {
  const document: OpenNode = { name: '', children: [], text: '' };
  const open: OpenNode[] = [];
  const text = source.replace(/^\ufeff/, '');
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) throw s3Error('MalformedXML');
    const [, cdata, closing, opening, , selfClosing, characters] = match;
    const parent = open.at(-1) ?? document;
    if (closing !== undefined) {
      if (open.pop()?.name !== closing) throw s3Error('MalformedXML');
    } else if (opening !== undefined) {
      const node: OpenNode = { name: opening, children: [], text: '' };
      parent.children.push(node);
      if (selfClosing === '') open.push(node);
    } else if (cdata !== undefined) {
      parent.text += cdata;
    } else if (characters !== undefined) {
      parent.text += decodeText(characters);
    }
  }
  const [root] = document.children;
  if (root === undefined || document.children.length > 1 || open.length > 0 || document.text.trim() !== '') {
    throw s3Error('MalformedXML');
  }
  return root;
}

/** The text of the child with that name, undefined when there is none. */
export function childText(node: XmlNode, name: string): string | undefined {
  return node.children.find((child) => child.name === name)?.text;
}
