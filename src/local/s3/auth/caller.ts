/**
 * Who makes a request, and what of it the caller may do. Every decision that AWS takes by the caller's policy goes through
 * here and is told to whoever listens.
 */
import type { Credentials, Principal } from './credentials.ts';
import { s3Error } from '../errors.ts';
import type { Decision } from './policy.ts';

/** One decision on one permission. */
export interface AccessEntry {
  /** The access key id or the ARN of the role whose policy decides; for keys of STS the one behind them. */
  readonly caller: string;
  /** Such as `s3:PutObject`. */
  readonly action: string;
  /** An ARN. */
  readonly resource: string;
  readonly allowed: boolean;
  /** Whether a client of the endpoint asked, or a COPY. */
  readonly via: 'http' | 'copy';
}

/** Hears of every decision. */
export type AccessListener = (entry: AccessEntry) => void;

/** What callers are judged by. */
export interface Court {
  readonly credentials: Credentials;
  readonly onAccess?: AccessListener | undefined;
}

/** A verified caller. Its policy is looked up for every decision, so that it may change meanwhile. */
export class Caller {
  readonly principal: Principal;
  readonly #court: Court;
  readonly #via: AccessEntry['via'];

  constructor(principal: Principal, court: Court, via: AccessEntry['via']) {
    this.principal = principal;
    this.#court = court;
    this.#via = via;
  }

  /** Whether the caller may; `prefix` is that of a listing. */
  allow(action: string, resource: string, prefix?: string): boolean {
    return this.#decide(action, resource, prefix) === 'allowed';
  }

  /** Throws AccessDenied when the caller may not. */
  require(action: string, resource: string, prefix?: string): void {
    if (!this.allow(action, resource, prefix)) throw s3Error('AccessDenied');
  }

  /** The same with the sentence of services that name the permission ("Troubleshoot access denied", IAM User Guide). */
  requireByName(action: string, resource: string): void {
    const decision = this.#decide(action, resource);
    if (decision === 'allowed') return;
    const reason =
      decision === 'denied'
        ? 'with an explicit deny in an identity-based policy'
        : `because no identity-based policy allows the ${action} action`;
    const { arn } = this.principal;
    throw s3Error('AccessDenied', {
      message: `User: ${arn} is not authorized to perform: ${action} on resource: ${resource} ${reason}`,
    });
  }

  /** Whether the caller may assume the role, which must trust it too. Without an external ID if undefined. */
  mayAssume(role: string, externalId?: string): boolean {
    const { credentials } = this.#court;
    const { name } = this.principal;
    const allowed =
      credentials.trusts(role, name, externalId) &&
      (credentials.assumes(name, role) || this.would('sts:AssumeRole', role));
    this.#note('sts:AssumeRole', role, allowed);
    return allowed;
  }

  /** The same as {@link allow} for what AWS asks itself only to word an answer; nobody hears of it. */
  would(action: string, resource: string): boolean {
    return this.#policy().decide(action, resource) === 'allowed';
  }

  #policy() {
    return this.#court.credentials.permissionsOf(this.principal.name);
  }

  #decide(action: string, resource: string, prefix?: string): Decision {
    const decision = this.#policy().decide(action, resource, prefix);
    this.#note(action, resource, decision === 'allowed');
    return decision;
  }

  #note(action: string, resource: string, allowed: boolean): void {
    this.#court.onAccess?.({ caller: this.principal.name, action, resource, allowed, via: this.#via });
  }
}
