/** The errors of COPY from columnar formats, in the words that clusters were seen to use. */
import type { ErrorContext } from '../errors.ts';
import { RedshiftError } from '../sql/statement.ts';
import { SQLSTATE } from '../sqlstates.ts';

/** Columns that do not match, values that do not fit, manifests without lengths, and the rest of what Spectrum says. */
export type SpectrumCode = 15001 | 15003 | 15007;

/** An object as Spectrum's errors name it. */
export function spectrumUrl(bucket: string, key: string, region: string): string {
  return `https://s3.${region}.amazonaws.com/${bucket}/${key}`;
}

export function spectrumError(code: SpectrumCode, about: string, context: ErrorContext): RedshiftError {
  const rule = '  -----------------------------------------------';
  const message = 'Spectrum Scan Error';
  const detail = [
    '',
    rule,
    `  error:  ${message}`,
    `  code:      ${code}`,
    `  context:   ${about}`,
    `  query:     ${context.queryId}`,
    '  location:  dory_util.cpp:1450',
    `  process:   worker_thread [pid=${context.pid}]`,
    rule,
    '',
  ].join('\n');
  return new RedshiftError(SQLSTATE.internalError, message, { detail });
}
