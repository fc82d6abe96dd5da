/**
 * What a caller may do, as IAM's policy documents say it: everything is denied that no statement allows, and a Deny wins
 * ("Policy evaluation logic", IAM User Guide; "Actions, resources, and condition keys for Amazon S3").
 */
import { LocalWarehouseError } from '../../warehouse-error.ts';

/** One statement of a policy. `*` and `?` are wildcards; the only condition served is on `s3:prefix`. */
export interface S3PolicyStatement {
  readonly Sid?: string;
  readonly Effect: 'Allow' | 'Deny';
  /** Such as `s3:GetObject`, `kms:Decrypt` or `sts:AssumeRole`; in any case. */
  readonly Action: string | readonly string[];
  /** `arn:aws:s3:::bucket` for a bucket, `arn:aws:s3:::bucket/key` for an object, the ARN of a key or a role. */
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<
    Partial<
      Record<
        'StringEquals' | 'StringLike',
        Readonly<Partial<Record<'s3:prefix', string | readonly string[]>>>
      >
    >
  >;
}

/** A policy document. */
export interface S3Policy {
  readonly Version?: string;
  readonly Statement: S3PolicyStatement | readonly S3PolicyStatement[];
}

/** `denied` by a statement, or `not allowed` by any. */
export type Decision = 'allowed' | 'denied' | 'not allowed';

type Test = (text: string) => boolean;

interface Rule {
  readonly allows: boolean;
  readonly action: Test;
  readonly resource: Test;
  /** Whether the rule holds for the prefix of a listing; undefined for other requests. */
  readonly prefix: (prefix: string | undefined) => boolean;
}

const ARN = 'arn:aws:s3:::';
const KNOWN = ['Sid', 'Effect', 'Action', 'Resource', 'Condition'];

/** The ARN of a bucket, or of an object in it. */
export function arnOf(bucket: string, key = ''): string {
  return key === '' ? `${ARN}${bucket}` : `${ARN}${bucket}/${key}`;
}

/** A caller's permissions. */
export class Permissions {
  readonly #rules: readonly Rule[] | undefined;

  /** All permissions without a policy. Throws an Error that names the part of the policy that is not understood. */
  constructor(policy: S3Policy | undefined) {
    this.#rules = policy && listOf(policy.Statement).map(compile);
  }

  /** What the policy says of the action on the resource. `prefix` is that of a listing. */
  decide(action: string, resource: string, prefix?: string): Decision {
    if (this.#rules === undefined) return 'allowed';
    const fitting = this.#rules.filter(
      (rule) => rule.action(action) && rule.resource(resource) && rule.prefix(prefix),
    );
    if (fitting.length === 0) return 'not allowed';
    return fitting.every(({ allows }) => allows) ? 'allowed' : 'denied';
  }
}

function compile(statement: S3PolicyStatement): Rule {
  const { Effect, Action, Resource, Condition = {} } = statement;
  for (const name of Object.keys(statement)) {
    if (!KNOWN.includes(name))
      throw new LocalWarehouseError(`A policy statement has no "${name}" here: ${KNOWN.join(', ')}`);
  }
  const effect: string = Effect;
  if (effect !== 'Allow' && effect !== 'Deny')
    throw new LocalWarehouseError(`Effect is "${effect}": it is Allow or Deny`);
  return {
    allows: effect === 'Allow',
    action: anyOf(Action, 'Action', 'i'),
    resource: anyOf(Resource, 'Resource', ''),
    prefix: compileCondition(Condition),
  };
}

function compileCondition(condition: NonNullable<S3PolicyStatement['Condition']>): Rule['prefix'] {
  const tests: Test[] = [];
  for (const [operator, keys] of Object.entries(condition)) {
    if (operator !== 'StringEquals' && operator !== 'StringLike') {
      throw new LocalWarehouseError(
        `The condition ${operator} is not served: StringEquals and StringLike are`,
      );
    }
    for (const [key, values] of Object.entries(keys)) {
      if (key !== 's3:prefix')
        throw new LocalWarehouseError(`The condition key ${key} is not served: s3:prefix is`);
      const wanted = listOf(values);
      tests.push(operator === 'StringLike' ? anyOf(values, key, '') : (text) => wanted.includes(text));
    }
  }
  return (prefix) => tests.every((test) => prefix !== undefined && test(prefix));
}

function anyOf(patterns: string | readonly string[], name: string, flags: string): Test {
  const expressions = listOf(patterns).map((pattern) => {
    if (typeof pattern !== 'string')
      throw new LocalWarehouseError(`${name} in a policy statement is a text or a list of texts`);
    return wildcard(pattern, flags);
  });
  if (expressions.length === 0) throw new LocalWarehouseError(`A policy statement needs ${name}`);
  return (text) => expressions.some((expression) => expression.test(text));
}

function wildcard(pattern: string, flags: string): RegExp {
  const escaped = pattern.replaceAll(/[.+^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('*', '.*').replaceAll('?', '.')}$`, `s${flags}`);
}

function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
