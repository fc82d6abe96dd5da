/** An error in the form of Airbyte: one TRACE message, whose type says who can do something about it. */
import {
  CatalogError,
  ConfigError,
  IncompleteError,
  InputError,
  isExpected,
  LoadError,
  messageOf,
  SetupError,
} from '../errors.ts';
import { isTransient } from '../warehouse/transient.ts';

type FailureType = 'config_error' | 'transient_error' | 'system_error';

/** Errors of logins, grants and databases are errors of the configuration (SQLSTATE classes of PostgreSQL). */
const CONFIGURATION =
  /^(28...|42501|3D000|InvalidAccessKeyId|SignatureDoesNotMatch|AccessDenied|NoSuchBucket)$/;

function failureType(error: unknown): FailureType {
  if ([ConfigError, CatalogError, SetupError].some((kind) => error instanceof kind)) return 'config_error';
  if (error instanceof IncompleteError || isTransient(error)) return 'transient_error';
  if (error instanceof LoadError && CONFIGURATION.test(error.sqlstate ?? '')) return 'config_error';
  return 'system_error';
}

/** `emittedAt` is milliseconds since the epoch. Only a defect of this program has a stack. */
export function traceOf(error: unknown, emittedAt: number): object {
  const stack = error instanceof Error ? error.stack : undefined;
  const stream = error instanceof InputError ? error.stream : undefined;
  return {
    type: 'TRACE',
    trace: {
      type: 'ERROR',
      emitted_at: emittedAt,
      error: {
        message: isExpected(error)
          ? messageOf(error)
          : `Unexpected error, a defect of destination-redshift: ${messageOf(error)}`,
        internal_message: internalMessage(error),
        failure_type: failureType(error),
        ...(!isExpected(error) && stack !== undefined ? { stack_trace: stack } : {}),
        ...(stream === undefined ? {} : { stream_descriptor: { name: stream } }),
      },
    },
  };
}

/** The chain of causes, from the message to the first cause. */
function internalMessage(error: unknown): string {
  const messages: string[] = [];
  for (let one = error; one instanceof Error && messages.length < 8; one = one.cause) {
    const state = one instanceof LoadError && one.sqlstate !== undefined ? ` (${one.sqlstate})` : '';
    messages.push(`${one.name}${state}: ${one.message}`);
  }
  return messages.length > 0 ? messages.join('; caused by ') : String(error);
}
