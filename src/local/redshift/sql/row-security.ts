/**
 * Row-level security: CREATE, DROP, ATTACH and DETACH RLS POLICY, ALTER TABLE ROW LEVEL SECURITY, and the permission IGNORE RLS.
 * Source: Amazon Redshift Database Developer Guide, "Row-level security". Policies with lookup tables are not served.
 */
import { rewrite } from './expression.ts';
import { isOperator, nameOf, principal, TokenReader, unsupported } from './token-reader.ts';
import type { Statement, Step, TableName } from './statement.ts';
import { call, check, regclass, stepsAlone, textArray } from './steps.ts';
import { literal, type Token } from './tokens.ts';
import { readColumnType } from './types.ts';

/** Reads the statement after `CREATE RLS POLICY`. */
export function readCreatePolicy(reader: TokenReader): Statement {
  const name = reader.name();
  const alias = reader.accept('WITH') ? readColumns(reader) : undefined;
  reader.expect('USING');
  const predicate = reader.parenthesized();
  if (predicate.length === 0) throw reader.unexpected();
  reader.expectEnd();
  if (predicate.some(({ word }) => word === 'SELECT')) {
    throw unsupported('The local warehouse does not serve RLS policies with lookup tables.');
  }
  const condition = rewrite(withoutAlias(predicate, alias), { source: reader.source });
  return stepsAlone('CREATE RLS POLICY', [
    call('warehouse_create_policy', literal(name), literal(condition)),
  ]);
}

/** Reads `(column type, ...) [[AS] alias]`; the alias. The engine finds the columns and their types in the table. */
function readColumns(reader: TokenReader): string | undefined {
  reader.expectOperator('(');
  do readColumnType(reader, reader.name());
  while (reader.acceptOperator(','));
  reader.expectOperator(')');
  if (!reader.accept('AS') && reader.sees('USING')) return undefined;
  return reader.name();
}

/** The engine knows the table of a policy by no other name than its own. */
function withoutAlias(tokens: readonly Token[], alias: string | undefined): readonly Token[] {
  const isAlias = (token: Token | undefined, next: Token | undefined): boolean =>
    alias !== undefined &&
    (token?.kind === 'word' || token?.kind === 'quoted') &&
    nameOf(token) === alias &&
    isOperator(next, '.');
  return tokens.filter(
    (token, at) => !isAlias(token, tokens[at + 1]) && !isAlias(tokens[at - 1], tokens[at]),
  );
}

/** Reads the statement after `DROP RLS POLICY`. */
export function readDropPolicy(reader: TokenReader): Statement {
  const ifExists = reader.accept('IF', 'EXISTS');
  const name = reader.name();
  const behaviour = reader.acceptAny(['CASCADE', 'RESTRICT']) ?? 'RESTRICT';
  reader.expectEnd();
  const flags = [String(ifExists), String(behaviour === 'CASCADE')];
  return stepsAlone('DROP RLS POLICY', [call('warehouse_drop_policy', literal(name), ...flags)]);
}

/** Reads the statement after ATTACH or DETACH. */
export function readAttach(reader: TokenReader, verb: 'ATTACH' | 'DETACH'): Statement {
  if (reader.sees('MASKING')) throw unsupported(`The local warehouse does not serve ${verb} MASKING.`);
  reader.expect('RLS', 'POLICY');
  const name = reader.name();
  reader.expect('ON');
  reader.accept('TABLE');
  const tables: TableName[] = [];
  do tables.push(reader.tableName());
  while (reader.acceptOperator(','));
  reader.expect(verb === 'ATTACH' ? 'TO' : 'FROM');
  const grantees: string[] = [];
  do grantees.push(readGrantee(reader, true));
  while (reader.acceptOperator(','));
  reader.expectEnd();
  const steps = tables.flatMap((table): readonly Step[] => [
    call(
      'warehouse_attach_policy',
      literal(name),
      regclass(table),
      textArray(grantees),
      String(verb === 'ATTACH'),
    ),
    check('warehouse_secure', regclass(table)),
  ]);
  return stepsAlone(`${verb} RLS POLICY`, steps);
}

/** A user or role, by the name of its role in the engine; empty for PUBLIC. */
function readGrantee(reader: TokenReader, takesPublic: boolean): string {
  if (reader.accept('ROLE')) return `role:${principal(reader)}`;
  if (reader.sees('GROUP') || (!takesPublic && reader.sees('PUBLIC'))) throw reader.unexpected();
  return reader.accept('PUBLIC') ? '' : principal(reader);
}

/** Reads the end of GRANT or REVOKE after `IGNORE RLS`. */
export function readIgnoreGrant(reader: TokenReader, verb: 'GRANT' | 'REVOKE'): Statement {
  reader.expect(verb === 'GRANT' ? 'TO' : 'FROM');
  const grantee = readGrantee(reader, false);
  reader.expectEnd();
  return stepsAlone(verb, [call('warehouse_ignore_policies', literal(grantee), String(verb === 'GRANT'))]);
}

/** Reads the action of ALTER TABLE after `ROW LEVEL SECURITY`: its steps. */
export function readRowSecurity(reader: TokenReader, table: TableName): readonly Step[] {
  const on = reader.accept('ON');
  if (!on) reader.expect('OFF');
  let conjunction = '';
  if (reader.accept('CONJUNCTION', 'TYPE')) {
    const type = reader.acceptAny(['AND', 'OR']);
    if (type === undefined) throw reader.unexpected();
    conjunction = type.toLowerCase();
  }
  if (reader.sees('FOR')) throw unsupported('The local warehouse has no datashares.');
  return [
    call('warehouse_set_security', regclass(table), literal(conjunction)),
    {
      kind: 'run',
      sql: `SELECT pg_catalog.warehouse_secure(${regclass(table)}, ${on})`,
    },
  ];
}
