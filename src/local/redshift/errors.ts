/**
 * Says PostgreSQL's errors and notices as Redshift says them, and builds the errors that Redshift's own parts raise.
 * Sources: Amazon Redshift Database Developer Guide ("Managing data consistency", "Load error reference") and
 * messages seen on real clusters.
 */
import { SQLSTATE } from './sqlstates.ts';
import type { Fields } from './wire/message.ts';
import { MULTIPLE_MATCHES, RedshiftError } from './sql/statement.ts';

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

/** The refusal of one session more than `most`, in the words that clusters were seen to use. */
export function tooManyConnections(most: number): RedshiftError {
  return new RedshiftError(
    SQLSTATE.tooManyConnections,
    `connection limit "${most}" exceeded for non-bootstrap users`,
  );
}

/** What a statement that runs knows of itself, for the text of its errors. */
export interface ErrorContext {
  readonly queryId: number;
  readonly pid: number;
  /** The userid of the system tables. */
  readonly userId: number;
  /** Whether a value that does not fit is met by a compute node; the leader node has PostgreSQL's words for it. */
  readonly onComputeNodes?: boolean;
  /** Whether the session's transactions are serializable; otherwise they read a snapshot. */
  readonly serializable?: boolean;
}

const NULL_VALUE = /^null value in column "(.*)" of relation ".*" violates not-null constraint$/s;
const CANNOT_INSERT = 'Cannot insert a NULL value into column $1';

const CONFLICT = 'could not complete because of conflict with concurrent transaction';

/** The messages that Redshift words differently, by SQLSTATE. */
const REWORDED: Readonly<Record<string, (message: string) => string>> = {
  [SQLSTATE.internalError]: (message) => (/^tuple concurrently/.test(message) ? CONFLICT : message),
  [SQLSTATE.insufficientPrivilege]: (message) =>
    message
      .replace(/^(permission denied for|must be owner of) (table|view)/, '$1 relation')
      .replace(/^permission denied to set role .*/s, 'permission denied to set session authorization'),
  [SQLSTATE.undefinedObject]: (message) =>
    message.replace(/^role "(?:(group|role):)?(.*)" does not exist$/s, namePrincipal),
  // The engine's own limit is met by the warehouse's own user only; that of a role is the user's.
  [SQLSTATE.tooManyConnections]: (message) => message.replace(/ for role "/, ' for user "'),
  [SQLSTATE.programLimitExceeded]: (message) =>
    message.replace(/^row is too big: size (\d+), maximum size (\d+)$/, rowTooBig),
  // PostgreSQL 8.0 has one text for all integers.
  [SQLSTATE.invalidTextRepresentation]: (message) =>
    message.replace(/for type (?:smallint|integer|bigint):/, 'for integer:'),
  // An 8.0 server writes the type of a bare literal in quotes.
  [SQLSTATE.undefinedFunction]: (message) => message.replace(/(?<=[(,] ?)unknown(?=[,)])/g, '"unknown"'),
  [SQLSTATE.duplicateTable]: (message) => message.replace(/^relation/, 'Relation'),
  [SQLSTATE.wrongObjectType]: (message) =>
    message.replace(/^ALTER action .* cannot be performed on relation (".*")$/, '$1 is not a table'),
  [SQLSTATE.dependentObjectsStillExist]: (message) =>
    message.replace(
      /^cannot drop column (.+) of table (.+?) because/,
      'cannot drop table $2 column $1 because',
    ),
};

/** PostgreSQL's error fields in Redshift's words. */
export function translateError(fields: Fields, context: ErrorContext): Fields {
  const kept = keep(fields);
  const { C: code = '', M: message = '', S: severity = 'ERROR' } = fields;
  const reworded = REWORDED[code]?.(message);
  if (reworded !== undefined) return { ...kept, M: reworded };
  switch (code) {
    case SQLSTATE.serializationFailure:
      return { ...kept, C: SQLSTATE.internalError, ...conflict(message, context) };
    case SQLSTATE.uniqueViolation:
      return alreadyExists(fields) ?? kept;
    case SQLSTATE.queryCanceled:
      return { ...kept, M: `Query (${context.queryId}) canceled on user's request` };
    case SQLSTATE.invalidPassword:
      return { ...kept, C: SQLSTATE.invalidAuthorizationSpecification };
    case SQLSTATE.notNullViolation:
      // Clusters were seen to call it an internal error, for INSERT ... VALUES too.
      return { S: severity, C: SQLSTATE.internalError, M: message.replace(NULL_VALUE, CANNOT_INSERT) };
    case SQLSTATE.stringDataRightTruncation:
      return context.onComputeNodes === true
        ? { ...kept, C: SQLSTATE.internalError, M: 'Value too long for character type' }
        : kept;
    case SQLSTATE.numericValueOutOfRange:
      return { ...kept, ...overflow(message, context) };
    case SQLSTATE.cardinalityViolation:
      return /^MERGE /.test(message) ? { S: severity, C: SQLSTATE.internalError, M: MULTIPLE_MATCHES } : kept;
    case SQLSTATE.collationMismatch:
    case SQLSTATE.indeterminateCollation:
      return {
        S: severity,
        C: SQLSTATE.featureNotSupported,
        M: 'Query with different collations is not supported yet.',
      };
    case SQLSTATE.featureNotSupported:
      return otherDatabase(message) ?? kept;
    case SQLSTATE.duplicateObject:
      return sameTable(message) ?? kept;
    case SQLSTATE.generatedAlways:
      return {
        S: severity,
        C: SQLSTATE.featureNotSupported,
        M: 'cannot set an identity column to a value',
      };
    default:
      return kept;
  }
}

/** Two transactions have made the same table at the same time: the engine makes a type for the rows of each table. */
function sameTable(message: string): Fields | undefined {
  const [, name] = /^type "(.*)" already exists$/s.exec(message) ?? [];
  if (name === undefined) return undefined;
  return { S: 'ERROR', C: SQLSTATE.duplicateTable, M: `Relation "${name}" already exists` };
}

/** Databases are one more than the engine connects to, which has words of its own for them. */
function otherDatabase(message: string): Fields | undefined {
  const [, name] = /^cross-database references are not implemented: "?([^".]+)/.exec(message) ?? [];
  if (name === undefined) return undefined;
  return { S: 'ERROR', C: SQLSTATE.invalidCatalogName, M: `database "${name}" does not exist` };
}

function namePrincipal(_message: string, kind = 'user', name = ''): string {
  return `${kind} "${name}" does not exist`;
}

/** A limit of the engine alone: Redshift stores columns, not rows in pages. */
function rowTooBig(_message: string, bytes = '', most = ''): string {
  return (
    `The local warehouse cannot store a row of ${bytes} bytes in columns of fixed width; ` +
    `the limit of its engine is ${most}. A cluster can store it`
  );
}

function keep(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([letter]) => FIELDS_OF_8_0.has(letter)));
}

/** Two transactions have made the same object at the same time; the engine's catalog tells the second one. */
function alreadyExists(fields: Fields): Fields | undefined {
  const name =
    /^Key \(\w+(?:, \w+)*\)=\((.*?)(?:, \d+)?\) already exists\.$/.exec(fields['D'] ?? '')?.[1] ?? '';
  const S = fields['S'] ?? 'ERROR';
  switch (fields['n']) {
    case 'pg_class_relname_nsp_index':
    case 'pg_type_typname_nsp_index':
      return { S, C: SQLSTATE.duplicateTable, M: `Relation "${name}" already exists` };
    case 'pg_namespace_nspname_index':
      return { S, C: SQLSTATE.duplicateSchema, M: `schema "${name}" already exists` };
    default:
      return undefined;
  }
}

/** Only cycles of reads and writes, and conflicts under serializable isolation, are error 1023. */
function conflict(message: string, { queryId, pid, serializable }: ErrorContext): Fields {
  if (serializable !== true && !message.includes('read/write dependencies')) {
    return { M: CONFLICT };
  }
  return {
    M: '1023',
    D:
      'Serializable isolation violation on table in Redshift, transactions forming the cycle are: ' +
      `${queryId}, ${queryId + 1} (pid:${pid})`,
  };
}

function overflow(message: string, context: ErrorContext): Fields {
  if (message !== 'numeric field overflow' || context.onComputeNodes !== true) return {};
  return { C: SQLSTATE.internalError, M: 'Numeric data overflow (result precision)' };
}

/** PostgreSQL's notice as Redshift gives it: what IF [NOT] EXISTS passes over is told as INFO. */
export function translateNotice(fields: Fields): Fields {
  const kept = keep(fields);
  const message = fields['M'] ?? '';
  const skipped = /^(\w)(\w*)( ".*" (?:already exists|does not exist)), skipping$/s.exec(message);
  if (!skipped) return kept;
  const [, initial = '', rest = '', state = ''] = skipped;
  return { ...kept, S: 'INFO', M: `${initial.toUpperCase()}${rest}${state} and will be skipped` };
}

/** Whether Redshift would say nothing where PostgreSQL says this. */
export function isSilent(notice: Fields): boolean {
  // 42622: a name of more than 63 bytes; 25001: BEGIN inside the block that the endpoint has opened itself.
  return notice['C'] === SQLSTATE.nameTooLong || notice['C'] === SQLSTATE.activeSqlTransaction;
}

/** S3's refusal of a request of COPY, as an error of Redshift with the object's URL in its detail. */
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
  return new RedshiftError(SQLSTATE.internalError, text, { detail });
}
