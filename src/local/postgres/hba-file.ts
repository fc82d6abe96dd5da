/** Who may connect to the engine, and how they prove it: pg_hba.conf. */
import { chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Account } from './account.ts';

/**
 * Written at every start. All prove who they are by md5, so that whoever keeps a user's hash can log in for it without
 * its password.
 */
export function writeAccessFile(files: string, account: Account | undefined): void {
  const path = join(files, 'pg_hba.conf');
  writeFileSync(path, 'local all all md5\nhost all all 127.0.0.1/32 md5\n', { mode: 0o600 });
  if (account) chownSync(path, account.uid, account.gid);
}
