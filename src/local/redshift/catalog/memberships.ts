/** Functions about users and their roles ("USER_IS_MEMBER_OF", "ROLE_IS_MEMBER_OF", "CURRENT_USER_ID"). */

/** Idempotent statements, to be run after those of `users.ts`. */
export const MEMBERSHIPS = `
create or replace function pg_catalog.current_user_id() returns integer language sql stable as
$$ select pg_catalog.warehouse_actor()::bigint::integer $$;
create or replace function pg_catalog.user_is_member_of(user_name text, role_or_group_name text) returns boolean
language sql stable strict as
$$ select exists (select from pg_catalog.pg_roles where rolname in ('group:' || $2, 'role:' || $2)
  and pg_has_role(pg_catalog.warehouse_find('user', $1), oid, 'member')) $$;
create or replace function pg_catalog.role_is_member_of(role_name text, granted_role_name text) returns boolean
language sql stable strict as
$$ select exists (select from pg_catalog.pg_roles where rolname = 'role:' || $2 and $1 <> $2
  and pg_has_role(pg_catalog.warehouse_find('role', $1), oid, 'member')) $$;
`;
