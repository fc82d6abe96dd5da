/** The database user of a session, and what the endpoint itself has to ask of its privileges. */
import type { Copier } from './credentials.ts';

/** See the file. */
export class SessionUser implements Copier {
  readonly user: string;

  constructor(user: string) {
    this.user = user;
  }

  /** Whether the user may copy with the IAM role. */
  mayAssume(_arn: string): Promise<boolean> {
    return Promise.resolve(true);
  }
}
