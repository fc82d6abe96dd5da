/** The statements that make a database of PostgreSQL one of Redshift's. */
import { createHash } from 'node:crypto';
import { ABSENT_LOG_NAMES, ABSENT_LOGS } from './absent-logs.ts';
import { ABSENT, ABSENT_VIEW_NAMES } from './absent.ts';
import { CASTS } from './casts.ts';
import { COLLATION_FUNCTIONS, COLLATION_TABLE } from './collation.ts';
import { DATES } from './dates.ts';
import { NUMBERS } from './numbers.ts';
import { DESIGN } from './design.ts';
import { ENDPOINT, guardDefiners, KEEPER } from './endpoint.ts';
import { ENGINE } from './engine.ts';
import { HASHES } from './hashes.ts';
import { INFORMATION_SCHEMA } from './information-schema.ts';
import { JSON_FUNCTIONS } from './json.ts';
import { KEYS } from './keys.ts';
import { LATE_VIEW_FUNCTIONS, LATE_VIEW_TABLE } from './late-views.ts';
import { LOG_TABLES, LOGS } from './logs.ts';
import { MADE } from './made.ts';
import { HELPERS, OWN_TABLES } from './own.ts';
import {
  MATERIALIZED_VIEW_TABLE_NAMES,
  MATERIALIZED_VIEW_TABLES,
  MATERIALIZED_VIEW_VIEW_NAMES,
  MATERIALIZED_VIEW_VIEWS,
} from './materialized-view-tables.ts';
import { MATERIALIZED_VIEWS } from './materialized-views.ts';
import { MEMBERSHIPS } from './memberships.ts';
import { PATTERNS } from './patterns.ts';
import { PRIVILEGE_VIEW_NAMES, PRIVILEGE_VIEWS } from './privilege-views.ts';
import { PRIVILEGE_FUNCTIONS, protect } from './privileges.ts';
import { HISTORY_TABLES, HISTORY_VIEW_NAMES, HISTORY_VIEWS } from './query-history.ts';
import { QUERY_LOG_NAMES, QUERY_LOGS } from './query-logs.ts';
import { SAVED_FUNCTIONS, SAVED_TABLES } from './saved-schemas.ts';
import {
  SECURITY_FUNCTIONS,
  SECURITY_TABLE_NAMES,
  SECURITY_TABLES,
  SECURITY_VIEW_NAMES,
  SECURITY_VIEWS,
} from './row-security.ts';
import { SESSION_FUNCTIONS } from './session-functions.ts';
import { SET_CONFIG } from './set-config.ts';
import { SHOW_LISTS } from './show-lists.ts';
import { SHOW_TABLE } from './show-table.ts';
import { SHOWN_CATALOGS } from './shown.ts';
import { STATUS_VIEW_NAMES, STATUS_VIEWS } from './status-views.ts';
import {
  STORAGE_FUNCTIONS,
  STORAGE_SUPERUSER_VIEWS,
  STORAGE_TABLES,
  STORAGE_VIEW_NAMES,
  STORAGE_VIEWS,
} from './storage-views.ts';
import { STRINGS } from './strings.ts';
import { SUPER } from './super.ts';
import { SUPER_OPERATORS } from './super-operators.ts';
import { SUPER_VALUES } from './super-values.ts';
import { SYSTEM_CATALOGS } from './system-catalogs.ts';
import { PERMISSION_FUNCTIONS, PERMISSION_TABLES } from './system-permissions.ts';
import { UNLOAD_FUNCTIONS, UNLOAD_LOG_TABLES, UNLOAD_LOGS } from './unload-logs.ts';
import { USER_FUNCTIONS, USER_TABLES, USER_VIEWS } from './users.ts';
import { VIEW_NAMES, VIEWS } from './views.ts';
import { WINDOWS } from './windows.ts';
import { WRITES } from './writes.ts';

const ALL_VIEWS = [
  ...[...VIEW_NAMES, ...STATUS_VIEW_NAMES, ...HISTORY_VIEW_NAMES],
  ...[...ABSENT_VIEW_NAMES, ...SECURITY_VIEW_NAMES, ...PRIVILEGE_VIEW_NAMES],
  ...MATERIALIZED_VIEW_VIEW_NAMES,
  ...[...QUERY_LOG_NAMES, ...ABSENT_LOG_NAMES, ...STORAGE_VIEW_NAMES],
];
const READABLE = [
  'warehouse_name',
  'warehouse_design',
  'warehouse_collation',
  'warehouse_late_view',
  ...SECURITY_TABLE_NAMES,
  ...MATERIALIZED_VIEW_TABLE_NAMES,
  ...LOGS,
  ...UNLOAD_LOGS,
  ...ALL_VIEWS,
];

/** For superusers, and those whom they grant SELECT. */
const SUPERUSER_ONLY = ['svv_table_info', 'stv_db_isolation_level', ...STORAGE_SUPERUSER_VIEWS];

/** Tables written by SECURITY DEFINER functions that `warehouse_keeper` owns. */
const KEPT_TABLES = [
  ...[
    'warehouse_design',
    'warehouse_user',
    'warehouse_privilege',
    'warehouse_assumerole',
    'warehouse_role',
    'warehouse_permission',
  ],
  ...[...SECURITY_TABLE_NAMES, 'warehouse_collation', 'warehouse_late_view', 'warehouse_quota'],
  ...MATERIALIZED_VIEW_TABLE_NAMES,
];

/** Definers that write the engine's own catalog: keys, roles and their members, and the views that a loan has made. */
const SUPERUSER_FUNCTIONS = [
  ...['warehouse_add_key', 'warehouse_add_foreign_key'],
  ...[
    'warehouse_create_user',
    'warehouse_alter_user',
    'warehouse_set_default',
    'warehouse_rename',
    'warehouse_drop',
  ],
  ...['warehouse_create_holder', 'warehouse_member', 'warehouse_lend', 'warehouse_return'],
  ...['warehouse_lend_view', 'warehouse_drop_late', 'warehouse_finish_materialized'],
  ...['warehouse_save_schema', 'warehouse_restore_schema'],
];

/** To be run in one transaction, whichever version the database had. */
export const CATALOG = `
set local search_path to pg_catalog, pg_temp;
${ENDPOINT}
${ENGINE}
${SUPER}
${SUPER_OPERATORS}
${SUPER_VALUES}
${SESSION_FUNCTIONS}
${UNLOAD_FUNCTIONS}
${DATES}
${NUMBERS}
${STRINGS}
${PATTERNS}
${HASHES}
${JSON_FUNCTIONS}
${WINDOWS}
${CASTS}
${OWN_TABLES}
${USER_TABLES}
${PERMISSION_TABLES}
${SECURITY_TABLES}
${COLLATION_TABLE}
${LATE_VIEW_TABLE}
${SAVED_TABLES}
${MATERIALIZED_VIEW_TABLES}
${LOG_TABLES}
${UNLOAD_LOG_TABLES}
${HISTORY_TABLES}
${STORAGE_TABLES}
${HELPERS}
${DESIGN}
${KEYS}
${MADE}
${SHOW_TABLE}
${WRITES}
${STORAGE_FUNCTIONS}
${USER_FUNCTIONS}
${PERMISSION_FUNCTIONS}
${MEMBERSHIPS}
${LATE_VIEW_FUNCTIONS}
${MATERIALIZED_VIEWS}
${SAVED_FUNCTIONS}
${SET_CONFIG}
${PRIVILEGE_FUNCTIONS}
${SECURITY_FUNCTIONS}
${COLLATION_FUNCTIONS}
${SYSTEM_CATALOGS}
${ALL_VIEWS.map((view) => `drop view if exists pg_catalog.${view} cascade;`).join('\n')}
${VIEWS}
${STATUS_VIEWS}
${INFORMATION_SCHEMA}
${HISTORY_VIEWS}
${QUERY_LOGS}
${STORAGE_VIEWS}
${ABSENT}
${ABSENT_LOGS}
${SECURITY_VIEWS}
${MATERIALIZED_VIEW_VIEWS}
${SHOWN_CATALOGS}
${USER_VIEWS}
${PRIVILEGE_VIEWS}
${SHOW_LISTS}
grant select on ${READABLE.map((name) => `pg_catalog.${name}`).join(', ')} to public;
${protect(SUPERUSER_ONLY, [...LOGS, ...UNLOAD_LOGS])}
${guardDefiners(KEPT_TABLES, SUPERUSER_FUNCTIONS)}
grant execute on function pg_catalog.warehouse_set_setting(text, text, boolean) to ${KEEPER};
`;

/** Changes with the statements, so that the folder of an earlier version is brought up to date. */
export const CATALOG_VERSION = createHash('sha256').update(CATALOG).digest('hex').slice(0, 16);
