/**
 * The errors that a user can act on. Anything else that is thrown is a defect of this program and keeps its stack.
 * Messages say what was done, what was seen and what to do about it. They never contain a secret.
 */

/** The command line is wrong: exit 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The configuration is wrong. Lists every problem, one sentence each, and the warnings. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly string[];
  readonly warnings: readonly string[];

  constructor(
    problems: readonly string[],
    { warnings = [] }: { readonly warnings?: readonly string[] } = {},
  ) {
    super(`Cannot use the configuration: ${problems.join('; ')}`);
    this.problems = problems;
    this.warnings = warnings;
  }
}

/** The tap sent something that cannot be loaded. `line` counts from 1, on stdin or in `file`. */
export class InputError extends Error {
  override readonly name = 'InputError';
  readonly line: number | undefined;
  readonly stream: string | undefined;
  /** The file of a BATCH message. */
  readonly file: string | undefined;

  constructor(
    message: string,
    at: { line?: number; stream?: string; file?: string | undefined } = {},
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.line = at.line;
    this.stream = at.stream;
    this.file = at.file;
  }
}

/** The catalog of an Airbyte connection cannot be written as it is: a stream, its mode, its keys or its table. */
export class CatalogError extends Error {
  override readonly name = 'CatalogError';
}

/** The input ended without saying that every stream is complete. The sync may be repeated. */
export class IncompleteError extends Error {
  override readonly name = 'IncompleteError';
}

/** What every load needs is missing: the login, the bucket, the role, or a privilege. */
export class SetupError extends Error {
  override readonly name = 'SetupError';
}

interface LoadErrorFacts {
  readonly sqlstate?: string | undefined;
  readonly detail?: string | undefined;
  readonly at?: number | undefined;
  readonly part?: number | undefined;
  readonly service?: LoadError['service'];
  readonly cause?: unknown;
}

/** Redshift or S3 reported an error or failed. `sqlstate` is PostgreSQL's five characters, or the S3 error code. */
export class LoadError extends Error {
  override readonly name = 'LoadError';
  readonly sqlstate: string | undefined;
  readonly detail: string | undefined;
  /** Of a message with several statements, the number of the one that failed, from 0. */
  readonly at: number | undefined;
  /** Of work on several tables in one transaction, the number of the one that failed, from 0. */
  readonly part: number | undefined;
  /** What failed: S3, or another service of AWS. Otherwise it is Redshift. */
  readonly service: 'S3' | 'AWS' | undefined;

  constructor(message: string, more: LoadErrorFacts = {}) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause });
    this.sqlstate = more.sqlstate;
    this.detail = more.detail;
    this.at = more.at;
    this.part = more.part;
    this.service = more.service;
  }

  /** The same error with another message. */
  saying(message: string): LoadError {
    const { sqlstate, detail, at, part, service, cause } = this;
    return new LoadError(message, { sqlstate, detail, at, part, service, cause });
  }

  /** The same error as that of a part of the work. */
  in(part: number): LoadError {
    const { message, sqlstate, detail, at, service, cause } = this;
    return new LoadError(message, { sqlstate, detail, at, part, service, cause });
  }
}

/** This machine prevents the program from doing its work: a port is taken, a directory cannot be written. */
export class MachineError extends Error {
  override readonly name = 'MachineError';
}

/** COMMIT was sent and no answer arrived: the load may or may not be durable. */
export class CommitUnknownError extends Error {
  override readonly name = 'CommitUnknownError';
  /** The server process that ran the COMMIT. It must be ended before the outcome is looked up. */
  readonly backend: number;

  constructor(backend: number, cause: unknown) {
    super('the connection was lost during COMMIT', { cause });
    this.backend = backend;
  }
}

const EXPECTED = [
  UsageError,
  ConfigError,
  InputError,
  CatalogError,
  IncompleteError,
  SetupError,
  LoadError,
  MachineError,
  CommitUnknownError,
] as const;

export type ExpectedError = InstanceType<(typeof EXPECTED)[number]>;

/** Whether a user can act on the error. Anything else is a defect of this program. */
export function isExpected(error: unknown): error is ExpectedError {
  return EXPECTED.some((kind) => error instanceof kind);
}

/** The SQLSTATE, or the code of S3 or the network; empty for errors without one. */
export function stateOf(error: unknown): string {
  return error instanceof LoadError ? (error.sqlstate ?? '') : '';
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** For each code with which Node rejects a certificate of AWS, because it does not know the authority. */
export const UNTRUSTED_ADVICE: Readonly<Record<string, string>> = Object.fromEntries(
  [
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'UNABLE_TO_GET_ISSUER_CERT',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
  ].map((code) => [
    code,
    'the certificate is not trusted; if it is from a CA of your own or of a proxy, set AWS_CA_BUNDLE to a PEM file with that CA',
  ]),
);
