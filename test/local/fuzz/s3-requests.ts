/** Requests of clients of the S3 endpoint, signed, and changed at random before or after they are signed. */
import { crc32 } from 'node:zlib';
import type { WarehouseConfig } from '../../../src/local/api.ts';
import type { Random } from '../../rows/walk/hostile.ts';
import { sha256, signedHead } from '../s3/support.ts';
import { mutate } from './mutate.ts';

export interface Request {
  readonly bytes: Buffer;
  readonly isHead: boolean;
  /** Whether the bytes were changed after signing, so that it is not known where the request ends. */
  readonly isBroken: boolean;
}

/** What a request says, before it is signed. */
interface Draft {
  readonly method: string;
  path: string;
  /** Names and values, encoded. */
  readonly query: (readonly [string, string])[];
  readonly headers: Record<string, string>;
  body: Buffer;
  service?: string;
}

const KEYS = ['a', 'b', 'dir/a', 'dir/b.csv', 'x%20y', '%C3%A9', '..%2F..', 'a%2F%2Fb', 'k+', '%00'];
const BUCKETS = ['local-bucket', 'local-bucket', 'local-bucket', 'fuzz-bucket', 'none'];
const TEXTS = [
  '',
  '0',
  '1',
  '-1',
  '5',
  '1000',
  '99999999999999999999',
  'a',
  'dir/',
  '/',
  'url',
  '%',
  '%zz',
  'x'.repeat(300),
];
const CHECKSUMS = [
  'x-amz-checksum-crc32',
  'x-amz-checksum-sha256',
  'x-amz-checksum-sha1',
  'x-amz-checksum-crc32c',
  'content-md5',
];

const objectPath = (random: Random): string => `/${random.of(BUCKETS)}/${random.of(KEYS)}`;
const bucketPath = (random: Random): string => `/${random.of(BUCKETS)}`;
const bytes = (random: Random): Buffer =>
  Buffer.alloc(random.below(random.chance(0.1) ? 70_000 : 50), 'abc,');

const xml = (random: Random, root: string, item: (random: Random) => string): Buffer =>
  Buffer.from(
    `<${root} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${random.times(random.below(4), () => item(random)).join('')}</${root}>`,
  );

function upload(random: Random): Draft {
  const draft: Draft = {
    method: 'PUT',
    path: objectPath(random),
    query: [],
    headers: {},
    body: bytes(random),
  };
  const sum = random.of(CHECKSUMS);
  if (random.chance(0.2))
    draft.headers[sum] = Buffer.from(random.digits(random.below(40))).toString('base64');
  if (random.chance(0.2)) draft.headers['x-amz-checksum-crc32'] = checksum(draft.body);
  if (random.chance(0.1))
    draft.headers['x-amz-server-side-encryption'] = random.of(['AES256', 'aws:kms', 'x']);
  if (random.chance(0.1)) draft.headers['if-none-match'] = '*';
  if (random.chance(0.1)) draft.headers['x-amz-meta-note'] = random.of(TEXTS);
  if (random.chance(0.1)) draft.headers['x-amz-acl'] = random.of(['private', 'public-read']);
  return draft;
}

const checksum = (body: Buffer): string => {
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(body));
  return sum.toString('base64');
};

/** In chunks, with a checksum after them. */
function chunked(random: Random): Draft {
  const draft = upload(random);
  const { body } = draft;
  const size = 1 + random.below(30_000);
  const pieces: Buffer[] = [];
  for (let at = 0; at < body.length; at += size) {
    const piece = body.subarray(at, at + size);
    pieces.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'));
  }
  pieces.push(Buffer.from(`0\r\nx-amz-checksum-crc32:${checksum(body)}\r\n\r\n`));
  draft.headers['x-amz-content-sha256'] = 'STREAMING-UNSIGNED-PAYLOAD-TRAILER';
  draft.headers['x-amz-trailer'] = 'x-amz-checksum-crc32';
  draft.headers['x-amz-decoded-content-length'] = String(body.length);
  if (random.chance(0.5)) draft.headers['content-encoding'] = 'aws-chunked';
  draft.body = Buffer.concat(pieces);
  return draft;
}

function multipart(random: Random): Draft {
  const upload: readonly [string, string] = ['uploadId', random.of(['x', '', 'a'.repeat(200)])];
  const [method, ...query] = random.of<readonly [string, ...(readonly [string, string])[]]>([
    ['POST', ['uploads', '']],
    ['PUT', ['partNumber', random.of(TEXTS)], upload],
    ['POST', upload],
    ['DELETE', upload],
    ['GET', upload, ['max-parts', random.of(TEXTS)]],
  ]);
  const body =
    method === 'POST'
      ? xml(
          random,
          'CompleteMultipartUpload',
          () => `<Part><PartNumber>${random.of(TEXTS)}</PartNumber><ETag>"x"</ETag></Part>`,
        )
      : bytes(random);
  // An upload that nobody ends stays: few are begun.
  const isBegun = query[0]?.[0] === 'uploads' && !random.chance(0.05);
  return { method, path: objectPath(random), query: isBegun ? [upload] : [...query], headers: {}, body };
}

function list(random: Random): Draft {
  const names = [
    'prefix',
    'delimiter',
    'max-keys',
    'continuation-token',
    'start-after',
    'encoding-type',
    'fetch-owner',
  ];
  const query = random
    .times(random.below(4), () => random.of(names))
    .map((name) => [name, encodeURIComponent(random.of(TEXTS))] as const);
  const kind = random.of([
    ['list-type', '2'],
    ['list-type', '2'],
    ['uploads', ''],
    ['location', ''],
    ['versions', ''],
  ] as const);
  return {
    method: 'GET',
    path: bucketPath(random),
    query: [kind, ...query],
    headers: {},
    body: Buffer.alloc(0),
  };
}

function read(random: Random): Draft {
  const draft: Draft = {
    method: random.of(['GET', 'HEAD']),
    path: objectPath(random),
    query: [],
    headers: {},
    body: Buffer.alloc(0),
  };
  if (random.chance(0.3))
    draft.headers['range'] = random.of([
      'bytes=0-',
      'bytes=-5',
      'bytes=3-1',
      'bytes=0-0,2-3',
      'bytes=99999999999999999999-',
      'x',
    ]);
  if (random.chance(0.1))
    draft.headers[random.of(['if-match', 'if-none-match'])] = random.of(['*', '"x"', '']);
  if (random.chance(0.1))
    draft.headers[random.of(['if-modified-since', 'if-unmodified-since'])] = random.of([
      'Wed, 21 Oct 2015 07:28:00 GMT',
      'x',
    ]);
  if (random.chance(0.1)) draft.query.push(['response-content-type', encodeURIComponent(random.of(TEXTS))]);
  if (random.chance(0.1)) draft.query.push(['partNumber', random.of(TEXTS)]);
  return draft;
}

function change(random: Random): Draft {
  const empty = { query: [], headers: {}, body: Buffer.alloc(0) };
  switch (random.below(5)) {
    case 0:
      return { ...empty, method: 'DELETE', path: objectPath(random) };
    case 1:
      return {
        ...empty,
        method: 'PUT',
        path: objectPath(random),
        headers: { 'x-amz-copy-source': random.of([objectPath(random), 'x', '/', '%']) },
      };
    case 2:
      return {
        ...empty,
        method: random.of(['PUT', 'HEAD', 'DELETE']),
        path: random.of(['/fuzz-bucket', '/none', '/A_b']),
      };
    case 3:
      return { ...empty, method: random.of(['GET', 'OPTIONS', 'PATCH', 'POST']), path: '/' };
    default:
      return {
        ...empty,
        method: 'POST',
        path: bucketPath(random),
        query: [['delete', '']],
        body: xml(random, 'Delete', () => `<Object><Key>${random.of(KEYS)}</Key></Object>`),
      };
  }
}

function sts(random: Random): Draft {
  const action = random.of(['AssumeRole', 'GetSessionToken', 'GetCallerIdentity', 'X']);
  const form = `Action=${action}&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A000000000000%3Arole%2Flocal-copy&RoleSessionName=x&DurationSeconds=${random.of(TEXTS)}`;
  return {
    method: 'POST',
    path: '/',
    query: [],
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: Buffer.from(form),
    service: 'sts',
  };
}

/** Changes one part of what is said; the request is signed all the same, and so gets past the signature. */
function changeDraft(draft: Draft, random: Random): void {
  const changed = (text: string): string => {
    const latin = mutate(Buffer.from(text), random).toString('latin1');
    return random.chance(0.9) ? latin.replace(/[\0-\x20\x7f-\xff]/g, '') : latin;
  };
  const names = Object.keys(draft.headers);
  switch (random.below(4)) {
    case 0:
      draft.path = `/${changed(draft.path.slice(1))}`;
      return;
    case 1:
      draft.query.push([changed(random.of(['uploadId', 'versionId', 'x'])), changed(random.of(TEXTS))]);
      return;
    case 2: {
      const name = names.length > 0 ? random.of(names) : 'x-amz-x';
      draft.headers[name] = changed(draft.headers[name] ?? 'x');
      return;
    }
    default:
      draft.body = mutate(draft.body, random);
  }
}

const KINDS = [upload, upload, chunked, multipart, list, list, read, read, change, change, sts];

/** A request; most are changed. */
export function s3Request(config: WarehouseConfig, random: Random): Request {
  const draft = random.of(KINDS)(random);
  const way = random.below(10);
  if (way < 5) changeDraft(draft, random);
  const { method, path, body, service } = draft;
  const { 'x-amz-content-sha256': framing, ...headers } = draft.headers;
  const payload =
    framing ?? (random.chance(0.3) && service === undefined ? 'UNSIGNED-PAYLOAD' : sha256(body));
  const hasQuery = draft.query.length > 0;
  const query = draft.query
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('&');
  const { head } = signedHead(Number(new URL(config.s3_endpoint).port), {
    method,
    path,
    payload,
    headers,
    ...(hasQuery && { query }),
    ...(service !== undefined && { service }),
    secret: config.aws_secret_access_key,
    accessKeyId: config.aws_access_key_id,
    extra: { 'content-length': String(body.length), ...(random.chance(0.05) && { expect: '100-continue' }) },
  });
  const whole = Buffer.concat([Buffer.from(head, 'latin1'), body]);
  const isBroken = way >= 7;
  return { bytes: isBroken ? mutate(whole, random) : whole, isHead: method === 'HEAD', isBroken };
}
