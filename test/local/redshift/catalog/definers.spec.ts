/** The functions of the catalog that run with other rights than their callers', and the rules that keep users out of them. */
import { rmSync } from 'node:fs';
import { expect } from 'chai';
import type pg from 'pg';
import { startLocalWarehouse, type LocalWarehouse } from '../../../../src/local/api.ts';
import { connectEngine } from '../../../support/engine.ts';
import { newWarehouseFolder } from '../../../support/template.ts';

interface Definer {
  readonly name: string;
  readonly body: string;
  readonly settings: readonly string[] | null;
  readonly owner: string;
}

const DEFINERS = `select proname as name, prosrc as body, proconfig as settings, proowner::regrole::text as owner
  from pg_proc where prosecdef order by proname`;

describe('the functions of the catalog with rights of their own', () => {
  let dir: string;
  let warehouse: LocalWarehouse;
  let engine: pg.Client;
  let definers: readonly Definer[];

  before(async () => {
    dir = await newWarehouseFolder('definers-');
    warehouse = await startLocalWarehouse({ dir });
    engine = await connectEngine(dir);
    definers = (await engine.query<Definer>(DEFINERS)).rows;
  });
  after(async () => {
    await engine.end();
    await warehouse.stop();
    rmSync(dir, { recursive: true, force: true });
  });

  it('are these, and run as the engine’s superuser only where they write its catalog', () => {
    const names = (owner: string) =>
      definers.filter((definer) => definer.owner === owner).map(({ name }) => name);
    expect(names('warehouse_admin')).to.deep.equal([
      'warehouse_add_foreign_key',
      'warehouse_add_key',
      'warehouse_alter_user',
      'warehouse_create_holder',
      'warehouse_create_user',
      'warehouse_drop',
      'warehouse_drop_late',
      'warehouse_finish_materialized',
      'warehouse_lend',
      'warehouse_lend_view',
      'warehouse_member',
      'warehouse_rename',
      'warehouse_restore_schema',
      'warehouse_return',
      'warehouse_save_schema',
      'warehouse_set_default',
    ]);
    expect(names('warehouse_keeper')).to.deep.equal([
      'set_config',
      'warehouse_admit',
      'warehouse_assume',
      'warehouse_attach_policy',
      'warehouse_base_written',
      'warehouse_create_policy',
      'warehouse_drop_policy',
      'warehouse_forget_view',
      'warehouse_grant',
      'warehouse_ignore_policies',
      'warehouse_ignores_policies',
      'warehouse_is_superuser',
      'warehouse_keep_view',
      'warehouse_may_assume',
      'warehouse_note_materialized',
      'warehouse_permit',
      'warehouse_redesign',
      'warehouse_refreshed',
      'warehouse_remember',
      'warehouse_renamed',
      'warehouse_sees_all',
      'warehouse_set_auto_refresh',
      'warehouse_set_collation',
      'warehouse_set_quota',
      'warehouse_set_security',
    ]);
    expect(definers).to.have.lengthOf(41);
  });

  it('belong to roles of which one alone is a superuser, and nobody can log in as the other', async () => {
    const { rows } = await engine.query(
      `select rolname, rolsuper, rolcanlogin, rolcreaterole from pg_authid where rolname like 'warehouse%' order by 1`,
    );
    expect(rows).to.deep.equal([
      { rolname: 'warehouse_admin', rolsuper: true, rolcanlogin: true, rolcreaterole: true },
      { rolname: 'warehouse_keeper', rolsuper: false, rolcanlogin: false, rolcreaterole: false },
      { rolname: 'warehouse_superusers', rolsuper: false, rolcanlogin: false, rolcreaterole: false },
    ]);
  });

  it('look for names in the catalog first, and in the caller’s temporary schema last', () => {
    expect(new Set(definers.map(({ settings }) => settings?.join()))).to.deep.equal(
      new Set(['search_path=pg_catalog, pg_temp']),
    );
  });

  it('share the search path with those that the endpoint calls with the rights of the user', async () => {
    const { rows } = await engine.query<{ name: string; settings: readonly string[] | null }>(
      `select proname as name, proconfig as settings from pg_proc where not prosecdef and prolang = (select oid from pg_language
         where lanname = 'plpgsql') and 'regclass'::regtype = any (proargtypes::oid[]) order by proname`,
    );
    expect(rows.map(({ name }) => name)).to.include.members([
      ...['warehouse_append', 'warehouse_check_alike', 'warehouse_check_merge', 'warehouse_check_parent'],
      ...['warehouse_check_primary_key', 'warehouse_may_drop', 'warehouse_may_encode', 'warehouse_resize'],
      ...['warehouse_must_own', 'warehouse_settle'],
    ]);
    expect(new Set(rows.map(({ settings }) => settings?.join()))).to.deep.equal(
      new Set(['search_path=pg_catalog, pg_temp']),
    );
  });

  it('ask for the ticket before anything else, unless they answer a question about the user or belong to a trigger', () => {
    const open = definers.filter(
      ({ body }) =>
        !/^\s*declare\s+admitted constant boolean := pg_catalog\.warehouse_admit\(ticket\);/.test(body),
    );
    expect(open.map(({ name }) => name)).to.deep.equal([
      'set_config',
      'warehouse_admit',
      'warehouse_base_written',
      'warehouse_ignores_policies',
      'warehouse_is_superuser',
      'warehouse_may_assume',
      'warehouse_sees_all',
    ]);
  });

  it('name relations with their schema', () => {
    const bare =
      /\b(?:from|join|into|update|using)\s+(?:only\s+)?(?:pg_(?!catalog\.)|warehouse_(?!psql\.))\w+(?!\w*\s*\()/;
    for (const { name, body } of definers) expect(bare.exec(body)?.[0], name).to.equal(undefined);
  });

  it('are replaced in the folder of an earlier version, whose functions took no ticket', async () => {
    await engine.query(`
      create function pg_catalog.warehouse_remember(relation regclass, design jsonb, parent regclass) returns void
        language sql security definer as 'select';
      create function pg_catalog.warehouse_alter_length(relation regclass, field name, bytes int, growing boolean) returns void
        language sql security definer as 'select';
      comment on type pg_catalog.super is 'an earlier version'`);
    await engine.end();
    await warehouse.stop();
    warehouse = await startLocalWarehouse({ dir });
    engine = await connectEngine(dir);
    expect((await engine.query<Definer>(DEFINERS)).rows).to.deep.equal(definers);
  });
});
