/**
 * Says PostgreSQL's errors and notices as Redshift says them, and builds the errors that Redshift's own parts raise.
 * Sources: Amazon Redshift Database Developer Guide ("Managing data consistency", "Load error reference") and
 * messages seen on real clusters.
 */
import type { Fields } from './message.ts';
import { RedshiftError } from './sql/statement.ts';

/** The fields that a server of the 8.0 line sends. */
const FIELDS_OF_8_0 = new Set(['S', 'C', 'M', 'D', 'H']);

/** An error of PostgreSQL, kept with its fields. */
export class EngineError extends Error {
  override readonly name = 'EngineError';
  readonly fields: Fields;

  constructor(fields: Fields) {
    super(fields['M'] ?? 'unknown error');
    this.fields = fields;
  }
}

/** The fields that tell the client about `error`, which the endpoint itself has raised. */
export function describeError(error: RedshiftError, severity: 'ERROR' | 'FATAL' = 'ERROR'): Fields {
  return {
    S: severity,
    C: error.sqlstate,
    M: error.message,
    ...(error.detail !== undefined && { D: error.detail }),
    ...(error.position !== undefined && { P: String(error.position) }),
    F: '../src/sys/xen_execute.cpp',
    L: '10924',
    R: 'pg_throw',
  };
}

/** What a statement that runs knows of itself, for the text of its errors. */
export interface ErrorContext {
  readonly queryId: number;
  readonly pid: number;
}

/**
 * PostgreSQL's error fields in Redshift's words. `byteLimit` is the length of the column whose limit was broken, as far
 * as it could be found.
 */
export function translateError(fields: Fields, context: ErrorContext, byteLimit?: number): Fields {
  const kept = Object.fromEntries(Object.entries(fields).filter(([letter]) => FIELDS_OF_8_0.has(letter)));
  const message = fields['M'] ?? '';
  switch (fields['C'] ?? '') {
    case '40001':
      return {
        ...kept,
        C: 'XX000',
        M: '1023',
        D:
          'Serializable isolation violation on table in Redshift, transactions forming the cycle are: ' +
          `${context.queryId}, ${context.queryId + 1} (pid:${context.pid})`,
      };
    case '57014':
      return { ...kept, M: `Query (${context.queryId}) canceled on user's request` };
    case '28P01':
      return { ...kept, C: '28000' };
    case '42501':
      return {
        ...kept,
        M: message.replace(/^(permission denied for|must be owner of) (table|view)/, '$1 relation'),
      };
    case '23502':
      return { ...kept, M: message.replace(/ of relation ".*?"/, '') };
    case '23514':
      return isByteLimit(fields) ? tooLong(fields, byteLimit) : kept;
    default:
      return kept;
  }
}

/** Whether the error is that of the CHECK constraint in which the dialect holds a column's length in bytes. */
export function isByteLimit(fields: Fields): boolean {
  return fields['C'] === '23514' && (fields['n'] ?? '').startsWith('rs_bytes_');
}

function tooLong(fields: Fields, limit: number | undefined): Fields {
  const length = limit === undefined ? '' : `(${limit})`;
  return { S: fields['S'] ?? 'ERROR', C: '22001', M: `value too long for type character varying${length}` };
}

/** Whether Redshift would say nothing where PostgreSQL says this. */
export function isSilent(notice: Fields): boolean {
  // 42622: a name of more than 63 bytes; 25001: BEGIN inside the block that the endpoint has opened itself.
  if (notice['C'] === '42622' || notice['C'] === '25001') return true;
  return /constraint "rs_bytes_/.test(notice['M'] ?? '');
}

/** An error that S3 gave to COPY. `position` in the cluster is what the D block ends with. */
export function s3Error(
  cause: { readonly code: string; readonly status: number; readonly message: string },
  where: { readonly bucket: string; readonly key: string },
  context: ErrorContext,
): RedshiftError {
  const text = describeS3(cause);
  return copyError(text, context, `S3 key being read : s3://${where.bucket}/${where.key}`);
}

/** The sentence of an S3 answer: `S3ServiceException:Access Denied,Status 403,Error AccessDenied,...`. */
export function describeS3(cause: {
  readonly code: string;
  readonly status: number;
  readonly message: string;
}): string {
  return `S3ServiceException:${cause.message},Status ${cause.status},Error ${cause.code},Rid LOCAL,ExtRid LOCAL,CanRetry 1`;
}

/** An error of the COPY engine, with the block of detail that it prints. */
export function copyError(text: string, context: ErrorContext, about = ''): RedshiftError {
  const rule = '  -----------------------------------------------';
  const detail = [
    '',
    rule,
    `  error:  ${text}`,
    '  code:      8001',
    `  context:   ${about}`,
    `  query:     ${context.queryId}`,
    '  location:  table_s3_scanner.cpp:356',
    `  process:   query0_${context.queryId} [pid=${context.pid}]`,
    rule,
    '',
  ].join('\n');
  return new RedshiftError('XX000', text, { detail });
}
