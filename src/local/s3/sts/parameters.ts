/** The parameters of a request to STS, and what it demands of each ("AssumeRole", AWS Security Token Service API Reference). */
import { stsError } from './errors.ts';

interface Constraint {
  readonly minimum: number;
  readonly maximum: number;
  /** As STS says it. */
  readonly pattern: string;
}

const SESSION_NAME: Constraint = { minimum: 2, maximum: 64, pattern: '[\\w+=,.@-]*' };
const EXTERNAL_ID: Constraint = { minimum: 2, maximum: 1224, pattern: '[\\w+=,.@:\\/-]*' };
const ROLE_ARN = /^arn:aws[a-z-]*:iam::\d{12}:role\/./;
const MINIMUM_SECONDS = 900;

/** The fields of a form. All readers throw ValidationError. */
export class Parameters {
  readonly #form: URLSearchParams;

  constructor(form: string) {
    this.#form = new URLSearchParams(form);
  }

  get(name: string): string | undefined {
    return this.#form.get(name) ?? undefined;
  }

  /** Throws NotImplemented for a parameter that would be passed over. */
  refuseOthers(known: readonly string[]): void {
    const others = [...this.#form.keys()].filter((name) => !known.includes(name));
    if (others.length > 0) {
      throw stsError('NotImplemented', `This server does not implement ${others.join(', ')}`);
    }
  }

  roleArn(): string {
    const arn = this.#require('RoleArn');
    if (!ROLE_ARN.test(arn)) throw stsError('ValidationError', `${arn} is invalid`);
    return arn;
  }

  sessionName(): string {
    return check('RoleSessionName', this.#require('RoleSessionName'), SESSION_NAME);
  }

  externalId(): string | undefined {
    const id = this.get('ExternalId');
    return id === undefined ? undefined : check('ExternalId', id, EXTERNAL_ID);
  }

  /** DurationSeconds. */
  duration(maximum: number): number | undefined {
    const text = this.get('DurationSeconds');
    if (text === undefined) return undefined;
    if (!/^\d{1,9}$/.test(text)) {
      throw stsError('ValidationError', `${text} is not a valid number of seconds`);
    }
    const seconds = Number(text);
    if (seconds < MINIMUM_SECONDS) {
      throw invalid('DurationSeconds', text, `have value greater than or equal to ${MINIMUM_SECONDS}`);
    }
    if (seconds > maximum)
      throw invalid('DurationSeconds', text, `have value less than or equal to ${maximum}`);
    return seconds;
  }

  #require(name: string): string {
    const value = this.get(name);
    if (value === undefined) throw invalid(name, undefined, 'not be null');
    return value;
  }
}

function check(name: string, value: string, { minimum, maximum, pattern }: Constraint): string {
  if (value.length < minimum) throw invalid(name, value, `have length greater than or equal to ${minimum}`);
  if (value.length > maximum) throw invalid(name, value, `have length less than or equal to ${maximum}`);
  if (!new RegExp(`^${pattern}$`).test(value)) {
    throw invalid(name, value, `satisfy regular expression pattern: ${pattern}`);
  }
  return value;
}

function invalid(name: string, value: string | undefined, constraint: string): Error {
  const shown = value === undefined ? 'null' : `'${value}'`;
  const at = name.charAt(0).toLowerCase() + name.slice(1);
  return stsError(
    'ValidationError',
    `1 validation error detected: Value ${shown} at '${at}' failed to satisfy constraint: Member must ${constraint}`,
  );
}
