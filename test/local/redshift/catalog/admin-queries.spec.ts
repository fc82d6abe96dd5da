/** Queries of administrators over the catalogs and system tables: definitions, privileges, space, dependencies, and what ran. */
import { expect } from 'chai';
import type pg from 'pg';
import { rowsOf, startFixture, type Fixture } from '../support.ts';

const SETUP = [
  'CREATE SCHEMA shop',
  'CREATE TABLE shop.parents (a INT NOT NULL, PRIMARY KEY (a)) DISTSTYLE ALL',
  `CREATE TABLE shop.orders (
    id BIGINT IDENTITY(7, 2), parent INT REFERENCES shop.parents (a), code VARCHAR(20) DEFAULT 'it''s' ENCODE zstd, at TIMESTAMP NOT NULL,
    price NUMERIC(12, 3) ENCODE az64, UNIQUE (code)
  ) DISTKEY (parent) INTERLEAVED SORTKEY (at, id)`,
  `COMMENT ON TABLE shop.orders IS 'all orders'`,
  'CREATE VIEW shop.recent AS SELECT id, code FROM shop.orders',
  'CREATE FUNCTION shop.twice (INT) RETURNS INT IMMUTABLE AS $$ SELECT $1 * 2 $$ LANGUAGE sql',
  `CREATE USER ann PASSWORD 'Ann1Password'`,
  `CREATE USER bob PASSWORD 'Bob1Password'`,
  'CREATE GROUP readers WITH USER bob',
  'GRANT USAGE ON SCHEMA shop TO ann, GROUP readers',
  'GRANT SELECT, UPDATE ON shop.orders TO ann',
  'GRANT SELECT ON shop.recent TO GROUP readers',
  'ALTER DEFAULT PRIVILEGES IN SCHEMA shop GRANT INSERT ON TABLES TO ann',
  `INSERT INTO shop.parents VALUES (1), (2)`,
  `INSERT INTO shop.orders (parent, code, at, price) VALUES (1, 'x', '2026-01-01', 1.5), (2, 'y', '2026-01-02', 2)`,
];

/** The clauses of a table's definition, in the order of a CREATE TABLE; strings are joined by `+`. */
const DEFINITION = `
SELECT REGEXP_REPLACE(schemaname, '^z', '') AS schemaname, tablename, seq, ddl FROM (
  SELECT n.nspname AS schemaname, c.relname AS tablename, 0 AS seq,
    'CREATE TABLE ' + QUOTE_IDENT(n.nspname) + '.' + QUOTE_IDENT(c.relname) AS ddl
  FROM pg_namespace AS n INNER JOIN pg_class AS c ON n.oid = c.relnamespace WHERE c.relkind = 'r'
  UNION ALL
  SELECT n.nspname, c.relname, 100 + a.attnum,
    CASE WHEN a.attnum > 1 THEN ',' ELSE '' END + QUOTE_IDENT(a.attname) + ' '
    + CASE WHEN STRPOS(UPPER(FORMAT_TYPE(a.atttypid, a.atttypmod)), 'CHARACTER VARYING') > 0
        THEN REPLACE(UPPER(FORMAT_TYPE(a.atttypid, a.atttypmod)), 'CHARACTER VARYING', 'VARCHAR')
        ELSE UPPER(FORMAT_TYPE(a.atttypid, a.atttypmod)) END
    + CASE WHEN POSITION('"identity"' IN COALESCE(d.adsrc, '')) > 0
        THEN ' IDENTITY(' + SPLIT_PART(REPLACE(SPLIT_PART(d.adsrc, '''', 2), ' ', ''), ',', 1) + ','
          + SPLIT_PART(REPLACE(SPLIT_PART(d.adsrc, '''', 2), ' ', ''), ',', 2) + ')'
        WHEN d.adsrc IS NOT NULL THEN ' DEFAULT ' + d.adsrc ELSE '' END
    + CASE WHEN FORMAT_ENCODING((a.attencodingtype)::INTEGER) = 'none' THEN '' ELSE ' ENCODE ' + FORMAT_ENCODING((a.attencodingtype)::INTEGER) END
    + CASE WHEN a.attnotnull IS TRUE THEN ' NOT NULL' ELSE '' END
  FROM pg_namespace AS n INNER JOIN pg_class AS c ON n.oid = c.relnamespace
  INNER JOIN pg_attribute AS a ON c.oid = a.attrelid
  LEFT OUTER JOIN pg_attrdef AS d ON a.attrelid = d.adrelid AND a.attnum = d.adnum
  WHERE c.relkind = 'r' AND a.attnum > 0
  UNION ALL
  SELECT n.nspname, c.relname, 200 + CAST(con.oid AS INT) % 97, ',' + PG_GET_CONSTRAINTDEF(con.oid)
  FROM pg_constraint AS con INNER JOIN pg_class AS c ON c.relnamespace = con.connamespace AND c.oid = con.conrelid
  INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND con.contype <> 'f'
  UNION ALL
  SELECT n.nspname, c.relname, 300, CASE WHEN c.reldiststyle = 0 THEN 'DISTSTYLE EVEN' WHEN c.reldiststyle = 1 THEN 'DISTSTYLE KEY'
    WHEN c.reldiststyle = 8 THEN 'DISTSTYLE ALL' WHEN c.reldiststyle = 9 THEN 'DISTSTYLE AUTO' ELSE '<unknown>' END
  FROM pg_namespace AS n INNER JOIN pg_class AS c ON n.oid = c.relnamespace WHERE c.relkind = 'r'
  UNION ALL
  SELECT n.nspname, c.relname, 301, 'DISTKEY (' + QUOTE_IDENT(a.attname) + ')'
  FROM pg_namespace AS n INNER JOIN pg_class AS c ON n.oid = c.relnamespace INNER JOIN pg_attribute AS a ON c.oid = a.attrelid
  WHERE c.relkind = 'r' AND a.attisdistkey IS TRUE AND a.attnum > 0
  UNION ALL
  SELECT n.nspname, c.relname, 302, CASE WHEN MIN(a.attsortkeyord) < 0 THEN 'INTERLEAVED ' ELSE '' END + 'SORTKEY ('
    + LISTAGG(QUOTE_IDENT(a.attname), ',') WITHIN GROUP (ORDER BY ABS(a.attsortkeyord)) + ')'
  FROM pg_namespace AS n INNER JOIN pg_class AS c ON n.oid = c.relnamespace INNER JOIN pg_attribute AS a ON c.oid = a.attrelid
  WHERE c.relkind = 'r' AND ABS(a.attsortkeyord) > 0 AND a.attnum > 0 GROUP BY 1, 2
  UNION ALL
  SELECT n.nspname, c.relname, 400, 'COMMENT ' + QUOTE_LITERAL(OBJ_DESCRIPTION(c.oid, 'pg_class'))
  FROM pg_namespace AS n INNER JOIN pg_class AS c ON n.oid = c.relnamespace
  WHERE c.relkind = 'r' AND OBJ_DESCRIPTION(c.oid, 'pg_class') IS NOT NULL
  UNION ALL
  SELECT n.nspname, c.relname, 500, 'ALTER TABLE ' + QUOTE_IDENT(n.nspname) + '.' + QUOTE_IDENT(c.relname) + ' ADD ' + PG_GET_CONSTRAINTDEF(con.oid)
  FROM pg_constraint AS con INNER JOIN pg_class AS c ON c.relnamespace = con.connamespace AND c.oid = con.conrelid
  INNER JOIN pg_namespace AS n ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND con.contype = 'f'
) WHERE schemaname = 'shop' ORDER BY schemaname, tablename, seq`;

describe('queries of administrators', () => {
  let fixture: Fixture;
  let client: pg.Client;

  before(async () => {
    fixture = await startFixture();
    client = await fixture.connect();
    for (const statement of SETUP) await client.query(statement);
  });
  after(() => fixture.close());

  const rows = (sql: string) => rowsOf(client, sql);

  it('generate the definitions of tables', async () => {
    const definitions = await rows(DEFINITION);
    expect(definitions.map(([, table, , ddl]) => `${String(table)}: ${String(ddl)}`)).to.deep.equal([
      'orders: CREATE TABLE shop.orders',
      'orders: id BIGINT IDENTITY(7,2) NOT NULL',
      'orders: ,parent INTEGER ENCODE az64',
      `orders: ,code VARCHAR(20) DEFAULT 'it''s'::character varying ENCODE zstd`,
      'orders: ,at TIMESTAMP WITHOUT TIME ZONE NOT NULL',
      'orders: ,price NUMERIC(12,3) ENCODE az64',
      'orders: ,UNIQUE (code)',
      'orders: DISTSTYLE KEY',
      'orders: DISTKEY (parent)',
      'orders: INTERLEAVED SORTKEY (at,id)',
      `orders: COMMENT 'all orders'`,
      'orders: ALTER TABLE shop.orders ADD FOREIGN KEY (parent) REFERENCES shop.parents(a)',
      'parents: CREATE TABLE shop.parents',
      'parents: a INTEGER ENCODE az64 NOT NULL',
      'parents: ,PRIMARY KEY (a)',
      'parents: DISTSTYLE ALL',
    ]);
    const [[schema, view, definition] = []] = await rows(
      `SELECT n.nspname, c.relname, '--DROP VIEW ' + n.nspname + '.' + c.relname + ';\\nCREATE OR REPLACE VIEW ' + n.nspname + '.'
         + c.relname + ' AS\\n' + COALESCE(PG_GET_VIEWDEF(c.oid, TRUE), '') AS ddl
         FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace AS n ON c.relnamespace = n.oid
         WHERE relkind = 'v' AND n.nspname = 'shop'`,
    );
    expect([schema, view, String(definition).replaceAll(/\s+/g, ' ')]).to.deep.equal([
      ...['shop', 'recent'],
      '--DROP VIEW shop.recent; CREATE OR REPLACE VIEW shop.recent AS SELECT id, code FROM shop.orders;',
    ]);
    expect(
      await rows(
        `SELECT 'CREATE SCHEMA ' + QUOTE_IDENT(nspname) + CASE WHEN nspowner > 100 THEN ' AUTHORIZATION ' + QUOTE_IDENT(u.usename) ELSE '' END + ';'
         FROM pg_namespace n LEFT JOIN pg_user u ON n.nspowner = u.usesysid WHERE nspname = 'shop'`,
      ),
    ).to.deep.equal([['CREATE SCHEMA shop AUTHORIZATION loader;']]);
    expect(
      await rows(
        `SELECT n.nspname, p.proname, l.lanname, p.provolatile, TRIM(p.prosrc), FORMAT_TYPE(p.prorettype, NULL),
           OIDVECTORTYPES(p.proargtypes), PG_GET_USERBYID(p.proowner) = CURRENT_USER
         FROM pg_proc p LEFT JOIN pg_namespace n ON n.oid = p.pronamespace LEFT JOIN pg_language l ON l.oid = p.prolang
         WHERE n.nspname = 'shop' AND p.proname NOT LIKE 'f_interval%'`,
      ),
    ).to.deep.equal([['shop', 'twice', 'sql', 'i', 'SELECT $1 * 2', 'integer', 'integer', true]]);
  });

  it('tell who may do what', async () => {
    expect(
      await rows(
        `SELECT * FROM (
           SELECT schemaname, objectname, usename,
             HAS_TABLE_PRIVILEGE(usrs.usename, fullobj, 'select') AND HAS_SCHEMA_PRIVILEGE(usrs.usename, schemaname, 'usage') AS sel,
             HAS_TABLE_PRIVILEGE(usrs.usename, fullobj, 'insert') AS ins, HAS_TABLE_PRIVILEGE(usrs.usename, fullobj, 'update') AS upd,
             HAS_TABLE_PRIVILEGE(usrs.usename, fullobj, 'delete') AS del, HAS_TABLE_PRIVILEGE(usrs.usename, fullobj, 'references') AS ref
           FROM (
             SELECT schemaname, 't' AS obj_type, tablename AS objectname, QUOTE_IDENT(schemaname) || '.' || QUOTE_IDENT(tablename) AS fullobj
             FROM pg_tables WHERE schemaname = 'shop'
             UNION
             SELECT schemaname, 'v', viewname, QUOTE_IDENT(schemaname) || '.' || QUOTE_IDENT(viewname) FROM pg_views WHERE schemaname = 'shop'
           ) AS objs, (SELECT * FROM pg_user WHERE usename IN ('ann', 'bob')) AS usrs
           ORDER BY fullobj
         ) WHERE (sel = true OR ins = true OR upd = true OR del = true OR ref = true) AND schemaname = 'shop' ORDER BY 2, 3`,
      ),
    ).to.deep.equal([
      ['shop', 'orders', 'ann', true, false, true, false, false],
      ['shop', 'recent', 'bob', true, false, false, false, false],
    ]);
    expect(
      await rows(
        `SELECT nspname, relname, SPLIT_PART(acl, '=', 1) AS grantee, SPLIT_PART(SPLIT_PART(acl, '=', 2), '/', 1) AS privileges
         FROM (
           SELECT n.nspname, c.relname, SPLIT_PART(ARRAY_TO_STRING(c.relacl, ','), ',', ns.n) AS acl
           FROM pg_class c JOIN pg_namespace n ON c.relnamespace = n.oid
           CROSS JOIN (SELECT 1 AS n UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) AS ns
           WHERE n.nspname = 'shop' AND c.relacl IS NOT NULL
         ) WHERE acl LIKE 'ann=%' OR acl LIKE 'group readers=%' ORDER BY 2, 3`,
      ),
    ).to.deep.equal([
      ['shop', 'orders', 'ann', 'rw'],
      ['shop', 'recent', 'group readers', 'r'],
    ]);
    expect(
      await rows(
        `SELECT g.groname, u.usename FROM pg_group g, pg_user u WHERE u.usesysid = ANY (g.grolist) AND g.groname = 'readers'`,
      ),
    ).to.deep.equal([['readers', 'bob']]);
    expect(
      await rows(
        `SELECT n.nspname, d.defaclobjtype, ARRAY_TO_STRING(d.defaclacl, ',') LIKE 'ann=a/%'
         FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace WHERE n.nspname = 'shop'`,
      ),
    ).to.deep.equal([['shop', 'r', true]]);
    expect(
      await rows(
        `SELECT u.usename, 'Schema', n.nspname FROM pg_namespace n, pg_user u
         WHERE HAS_SCHEMA_PRIVILEGE(u.usename, n.nspname, 'usage') AND NOT HAS_SCHEMA_PRIVILEGE(u.usename, n.nspname, 'create')
           AND n.nspname = 'shop' AND u.usesuper IS FALSE ORDER BY 1`,
      ),
    ).to.deep.equal([
      ['ann', 'Schema', 'shop'],
      ['bob', 'Schema', 'shop'],
    ]);
  });

  it('tell what depends on a table', async () => {
    expect(
      await rows(
        `SELECT DISTINCT srcobj.nspname AS src_schema, srcobj.relname AS src, tgtobj.nspname AS dependent_schema, tgtobj.relname AS dependent
         FROM (SELECT c.oid, c.relname, n.nspname FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace n ON c.relnamespace = n.oid) AS srcobj
         INNER JOIN pg_catalog.pg_depend AS srcdep ON srcobj.oid = srcdep.refobjid
         INNER JOIN pg_catalog.pg_depend AS tgtdep ON srcdep.objid = tgtdep.objid
         INNER JOIN (SELECT c.oid, c.relname, n.nspname FROM pg_catalog.pg_class AS c INNER JOIN pg_catalog.pg_namespace n ON c.relnamespace = n.oid) AS tgtobj
           ON tgtdep.refobjid = tgtobj.oid AND srcobj.oid <> tgtobj.oid
         WHERE tgtdep.deptype = 'i' AND srcobj.nspname = 'shop'`,
      ),
    ).to.deep.equal([['shop', 'orders', 'shop', 'recent']]);
    expect(
      await rows(
        `SELECT con.conname LIKE 'orders%fkey', s.relname, t.relname, a.attname
         FROM pg_constraint con JOIN pg_class s ON s.oid = con.confrelid JOIN pg_class t ON t.oid = con.conrelid
         JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = ANY (con.conkey)
         WHERE con.contype = 'f' AND n.nspname = 'shop'`,
      ),
    ).to.deep.equal([[true, 'parents', 'orders', 'parent']]);
  });

  it('tell how much space and how many rows tables have', async () => {
    expect(
      await rows(
        `SELECT TRIM(pgdb.datname) AS dbase_name, TRIM(pgn.nspname) AS schemaname, TRIM(a.name) AS tablename, b.mbytes > 0, a.rows,
           DECODE(pgc.reldiststyle, 0, 'EVEN', 1, det.distkey, 8, 'ALL', 9, 'AUTO(ALL)') AS dist_key,
           DECODE(det.head_sort, NULL, NULL, det.head_sort) AS sortkey, DECODE(det.n_sortkeys, NULL, 0, det.n_sortkeys) AS num_sortkeys
         FROM (SELECT db_id, id, name, SUM(rows) AS rows, SUM(rows) - SUM(sorted_rows) AS unsorted_rows FROM stv_tbl_perm GROUP BY db_id, id, name) AS a
         INNER JOIN pg_class AS pgc ON pgc.oid = a.id
         INNER JOIN pg_namespace AS pgn ON pgn.oid = pgc.relnamespace
         INNER JOIN pg_database AS pgdb ON pgdb.oid = a.db_id
         LEFT OUTER JOIN (SELECT tbl, COUNT(blocknum) AS mbytes FROM stv_blocklist GROUP BY tbl) AS b ON a.id = b.tbl
         INNER JOIN (
           SELECT attrelid, MIN(CASE attisdistkey WHEN 't' THEN attname ELSE NULL END) AS distkey,
             MIN(CASE attsortkeyord WHEN 1 THEN attname ELSE NULL END) AS head_sort, MAX(ABS(attsortkeyord)) AS n_sortkeys,
             MAX(attencodingtype) AS max_enc
           FROM pg_attribute GROUP BY 1
         ) AS det ON det.attrelid = a.id
         WHERE pgc.relowner > 1 AND pgn.nspname = 'shop' ORDER BY 3`,
      ),
    ).to.deep.equal([
      ['dev', 'shop', 'orders', true, '2', 'parent', 'at', 2],
      ['dev', 'shop', 'parents', true, '2', 'ALL', null, 0],
    ]);
    expect(
      await rows(
        `SELECT "schema" + '.' + "table" AS name, diststyle, tbl_rows, NVL(size, 0) > 0, ROUND(RATIO_TO_REPORT(size) OVER (), 1)
         FROM svv_table_info WHERE "schema" = 'shop' ORDER BY 1`,
      ),
    ).to.deep.equal([
      ['shop.orders', 'KEY(parent)', '2', true, 0.5],
      ['shop.parents', 'ALL', '2', true, 0.5],
    ]);
    expect(
      await rows(
        `SELECT SUM(capacity) > 0, SUM(used) >= 0, COUNT(DISTINCT owner) > 0 FROM stv_partitions WHERE part_begin = 0`,
      ),
    ).to.deep.equal([[true, true, true]]);
  });

  it('tell which statements ran, how often, and what they loaded', async () => {
    await rows('SELECT COUNT(*) FROM shop.orders');
    await rows('SELECT COUNT(*) FROM shop.orders');
    expect(
      await rows(
        `SELECT TRIM(database) AS db, COUNT(query) AS n_qry, MAX(SUBSTRING(qrytext, 1, 80)) AS qrytext, MIN(run_minutes) >= 0, MAX(aborted), MAX(query) > 0
         FROM (
           SELECT userid, label, stl_query.query, TRIM(database) AS database, TRIM(querytxt) AS qrytext, MD5(TRIM(querytxt)) AS qry_md5, starttime, endtime,
             DATEDIFF(seconds, starttime, endtime)::NUMERIC(12, 2) AS run_minutes, aborted
           FROM stl_query WHERE userid <> 1 AND starttime >= DATEADD(day, -7, CURRENT_DATE)
         ) WHERE qrytext = 'SELECT COUNT(*) FROM shop.orders' GROUP BY database, userid, label, qry_md5, aborted ORDER BY MAX(run_minutes) DESC LIMIT 50`,
      ),
    ).to.deep.equal([['dev', '2', 'SELECT COUNT(*) FROM shop.orders', true, 0, true]]);
    expect(
      await rows(
        `SELECT LISTAGG(CASE WHEN LEN(RTRIM(text)) = 0 THEN text ELSE RTRIM(text) END, '') WITHIN GROUP (ORDER BY sequence) AS text
         FROM stl_ddltext WHERE text LIKE 'CREATE VIEW shop%' GROUP BY userid, xid, pid, starttime`,
      ),
    ).to.deep.equal([['CREATE VIEW shop.recent AS SELECT id, code FROM shop.orders']]);
    expect(
      await rows(
        `SELECT s.process = PG_BACKEND_PID(), TRIM(s.user_name) = CURRENT_USER, COUNT(c.pid) > 0
         FROM stv_sessions s LEFT JOIN stl_connection_log c ON c.pid = s.process WHERE s.process = PG_BACKEND_PID() GROUP BY 1, 2`,
      ),
    ).to.deep.equal([[true, true, true]]);
  });

  /** Nothing happens in the local warehouse of which these tell: queues, scans, plans, vacuums. */
  const EMPTY: Readonly<Record<string, string>> = {
    alerts: `SELECT TRIM(s.perm_table_name) AS "table", SUM(ABS(DATEDIFF(seconds, COALESCE(b.starttime, d.starttime), COALESCE(b.endtime, d.endtime)))) / 60 AS minutes,
        TRIM(SPLIT_PART(l.event, ':', 1)) AS event, SUBSTRING(TRIM(l.solution), 1, 60) AS solution, MAX(l.query) AS sample_query, COUNT(*)
      FROM stl_alert_event_log AS l LEFT JOIN stl_scan AS s ON s.query = l.query AND s.slice = l.slice AND s.segment = l.segment
      LEFT JOIN stl_dist AS d ON d.query = l.query AND d.slice = l.slice AND d.segment = l.segment
      LEFT JOIN stl_bcast AS b ON b.query = l.query AND b.slice = l.slice AND b.segment = l.segment
      WHERE l.userid > 1 AND l.event_time >= DATEADD(day, -7, CURRENT_DATE) GROUP BY 1, 3, 4 ORDER BY 2 DESC, 6 DESC`,
    'missing statistics': `SELECT SUBSTRING(TRIM(plannode), 1, 100) AS plannode, COUNT(*) FROM stl_explain
      WHERE plannode LIKE '%missing statistics%' AND plannode NOT LIKE '%redshift_auto_health_check_%' GROUP BY plannode ORDER BY 2 DESC`,
    queues: `SELECT w.query, SUBSTRING(q.querytxt, 1, 100) AS querytxt, w.queue_start_time, w.service_class AS class, w.slot_count AS slots,
        w.total_queue_time / 1000000 AS queue_seconds, w.total_exec_time / 1000000 AS exec_seconds
      FROM stl_wlm_query w LEFT JOIN stl_query q ON q.query = w.query AND q.userid = w.userid
      WHERE w.queue_start_time >= DATEADD(day, -7, CURRENT_DATE) AND w.total_queue_time > 0 ORDER BY w.total_queue_time DESC LIMIT 35`,
    'queues now': `SELECT s.service_class, s.state, t.name FROM stv_wlm_query_state s JOIN stv_wlm_service_class_config t USING (service_class) WHERE s.service_class > 4`,
    commits: `SELECT startqueue, node, DATEDIFF(ms, startqueue, startwork) AS queue_time, DATEDIFF(ms, startwork, endtime) AS commit_time, queuelen
      FROM stl_commit_stats WHERE startqueue >= DATEADD(day, -2, CURRENT_DATE) AND node = -1 ORDER BY queuelen DESC, queue_time DESC`,
    vacuums: `SELECT a.userid, a.xid, a.table_id, a.status, DATEDIFF(s, a.eventtime, b.eventtime) AS seconds, b.rows - a.rows AS row_delta
      FROM stl_vacuum a LEFT JOIN stl_vacuum b ON a.xid = b.xid AND b.status = 'Finished' WHERE a.status LIKE 'Started%'`,
    scans: `SELECT s.tbl, TRIM(i."schema") + '.' + TRIM(s.perm_table_name) AS name, COUNT(DISTINCT s.query) AS num_qs
      FROM stl_scan s JOIN svv_table_info i ON i.table_id = s.tbl WHERE s.userid > 1 AND s.perm_table_name NOT IN ('Internal Worktable', 'S3') GROUP BY 1, 2`,
    'steps of queries': `SELECT query, stm, seg, step, maxtime, avgtime, rows, bytes, label, is_diskbased, workmem FROM svl_query_summary WHERE is_diskbased = 't'`,
    'who waits for whom': `SELECT a.txn_owner, a.txn_db, a.xid, a.pid, a.lock_mode, a.relation, NVL(TRIM(c.name), d.relname) AS tablename, a.granted, b.pid AS blocking_pid
      FROM svv_transactions a LEFT JOIN (SELECT pid, relation, granted FROM pg_locks GROUP BY 1, 2, 3) b ON a.relation = b.relation AND a.granted = 'f' AND b.granted = 't'
      LEFT JOIN (SELECT * FROM stv_tbl_perm WHERE slice = 0) c ON a.relation = c.id LEFT JOIN pg_class d ON a.relation = d.oid
      WHERE a.relation IS NOT NULL AND a.granted = 'f'`,
    'errors of loads': `SELECT d.query, SUBSTRING(d.filename, 14, 20), d.line_number, SUBSTRING(d.value, 1, 16), SUBSTRING(le.err_reason, 1, 48)
      FROM stl_loaderror_detail d, stl_load_errors le WHERE d.query = le.query`,
    'bytes of loads': `SELECT q.starttime, s.query, SUBSTRING(q.querytxt, 1, 120) AS querytxt, s.n_files, size_mb, s.time_seconds
      FROM (SELECT query, COUNT(*) AS n_files, SUM(transfer_size / (1024 * 1024)) AS size_mb, (MAX(end_time) - MIN(start_time)) / 1000000 AS time_seconds
        FROM stl_s3client WHERE http_method = 'GET' AND query > 0 AND transfer_time > 0 GROUP BY query) AS s
      LEFT JOIN stl_query AS q ON q.query = s.query WHERE s.n_files > 100000`,
    restarts: `SELECT sysdate, starttime FROM (SELECT starttime FROM stl_utilitytext WHERE text LIKE '%xen_is_up.sql%' LIMIT 1)`,
    'running now': `SELECT u.usename, q.pid, q.query, q.starttime, TRIM(q.text) FROM stv_inflight q JOIN pg_user u ON u.usesysid = q.userid WHERE q.pid <> PG_BACKEND_PID()`,
    conflicts: `SELECT xact_id, process_id, xact_start_ts, abort_time, table_id FROM stl_tr_conflict`,
    'spilled temporary tables': `SELECT query, MAX(bytes) FROM svl_query_report WHERE is_diskbased = 't' GROUP BY query HAVING MAX(bytes) > 0`,
    'external schemas': `SELECT schemaname, databasename, SUBSTRING(esoptions, 1, 20) FROM svv_external_schemas`,
    datashares: `SELECT share_name, share_type FROM svv_datashares`,
    'auto work': `SELECT table_id, type, status, eventtime FROM svl_auto_worker_action`,
    recommendations: `SELECT type, database, table_id, group_id, ddl, auto_eligible FROM svv_alter_table_recommendations`,
  };
  for (const [what, sql] of Object.entries(EMPTY)) {
    it(`find no ${what}`, async () => {
      expect(await rows(sql)).to.deep.equal([]);
    });
  }
});
