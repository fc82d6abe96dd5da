/** System permissions of roles in GRANT and REVOKE ("GRANT", system permissions for RBAC). */
import { principal, type TokenReader, unsupported } from './token-reader.ts';
import type { Statement } from './statement.ts';
import { call, stepsAlone, textArray } from './steps.ts';

/** Those that the local warehouse has, and what statements they allow. */
const SERVED = [
  ...['CREATE USER', 'DROP USER', 'ALTER USER', 'CREATE ROLE', 'DROP ROLE', 'DROP TABLE', 'ALTER TABLE'],
];
const OTHERS = [
  ...['CREATE SCHEMA', 'DROP SCHEMA', 'ALTER DEFAULT PRIVILEGES', 'ACCESS CATALOG', 'ACCESS SYSTEM TABLE'],
  ...['CREATE TABLE', 'CREATE OR REPLACE FUNCTION', 'CREATE OR REPLACE EXTERNAL FUNCTION', 'DROP FUNCTION'],
  ...['CREATE OR REPLACE PROCEDURE', 'DROP PROCEDURE', 'CREATE OR REPLACE VIEW', 'DROP VIEW', 'CREATE MODEL'],
  ...[
    'DROP MODEL',
    'CREATE DATASHARE',
    'ALTER DATASHARE',
    'DROP DATASHARE',
    'CREATE LIBRARY',
    'DROP LIBRARY',
  ],
  ...['TRUNCATE TABLE', 'VACUUM', 'ANALYZE', 'CANCEL', 'EXPLAIN RLS', 'EXPLAIN MASKING'],
];

/** Reads the statement after GRANT or REVOKE, if it is about system permissions; otherwise undefined, and nothing is read. */
export function readPermissionGrant(reader: TokenReader, verb: 'GRANT' | 'REVOKE'): Statement | undefined {
  if (nextPermission(reader) === undefined) return undefined;
  const permissions: string[] = [];
  do {
    const permission = nextPermission(reader);
    if (permission === undefined) throw reader.unexpected();
    if (!SERVED.includes(permission))
      throw unsupported(`The local warehouse does not hold the system permission ${permission}.`);
    reader.expect(...permission.split(' '));
    permissions.push(permission);
  } while (reader.acceptOperator(','));
  reader.expect(verb === 'GRANT' ? 'TO' : 'FROM');
  const roles: string[] = [];
  do {
    reader.expect('ROLE');
    roles.push(principal(reader));
  } while (reader.acceptOperator(','));
  reader.expectEnd();
  const lists = [permissions, roles].map(textArray);
  return stepsAlone(verb, [call('warehouse_permit', ...lists, String(verb === 'GRANT'))]);
}

function nextPermission(reader: TokenReader): string | undefined {
  return [...SERVED, ...OTHERS].find((permission) => reader.sees(...permission.split(' ')));
}
