/** The errors of STS ("Common Errors", AWS Security Token Service API Reference), and S3's refusals of signatures as STS has them. */
import { S3Error, toS3Error } from '../errors.ts';
import type { XmlElement } from '../http/xml.ts';

const catalogue = {
  AccessDenied: [403, 'Access Denied'],
  ExpiredToken: [403, 'The security token included in the request is expired'],
  IncompleteSignature: [400, 'The request signature does not conform to AWS standards.'],
  InvalidAction: [400, 'The action or operation requested is invalid.'],
  InvalidClientTokenId: [403, 'The security token included in the request is invalid.'],
  MissingAction: [400, 'Missing Action'],
  MissingAuthenticationToken: [403, 'Request is missing Authentication Token'],
  NotImplemented: [501, 'Not implemented'],
  RequestEntityTooLarge: [413, 'Request size exceeded'],
  SignatureDoesNotMatch: [
    403,
    'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.',
  ],
  ValidationError: [400, 'The input fails to satisfy the constraints specified by an AWS service.'],
} as const satisfies Record<string, readonly [number, string]>;

/** An error of STS, with its usual wording if there is no other. */
export function stsError(code: keyof typeof catalogue, text?: string): S3Error {
  const [status, message] = catalogue[code];
  return new S3Error(status, code, text ?? message);
}

/** A refused signature or key in the words of STS. */
export function explainAuthentication(
  error: unknown,
  { headers }: { readonly headers: ReadonlyMap<string, string> },
): unknown {
  if (!(error instanceof S3Error)) return error;
  if (!headers.has('authorization')) return stsError('MissingAuthenticationToken');
  switch (error.code) {
    case 'InvalidAccessKeyId':
    case 'InvalidToken':
      return stsError('InvalidClientTokenId');
    case 'ExpiredToken':
    case 'SignatureDoesNotMatch':
      return stsError(error.code);
    case 'RequestTimeTooSkewed': {
      const { RequestTime = '', ServerTime = '' } = error.elements;
      const now = ServerTime.replace(/[-:]|\.\d+/g, '');
      const state = RequestTime < now ? 'expired' : 'not yet current';
      const order = RequestTime < now ? 'earlier' : 'later';
      return stsError(
        'SignatureDoesNotMatch',
        `Signature ${state}: ${RequestTime} is now ${order} than ${now}`,
      );
    }
    case 'AuthorizationHeaderMalformed':
      return error.elements['Region'] === undefined
        ? stsError('IncompleteSignature', error.message)
        : stsError('SignatureDoesNotMatch', 'Credential should be scoped to a valid region.');
    default:
      return stsError('IncompleteSignature', error.message);
  }
}

/** Any failure as the client is told of it. */
export function describeStsError(
  error: unknown,
  requestId: string,
): { readonly status: number; readonly element: XmlElement } {
  const { status, code, message } = toS3Error(error);
  const element: XmlElement = [
    'ErrorResponse',
    [
      [
        'Error',
        [
          ['Type', status < 500 ? 'Sender' : 'Receiver'],
          ['Code', code],
          ['Message', message],
        ],
      ],
      ['RequestId', requestId],
    ],
  ];
  return { status, element };
}
