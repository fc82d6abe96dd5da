-- Every statement of a load, for names that want to break out of it. Written by the tests: UPDATE_SPEC=1.

-- schemaExists
SELECT 1 FROM pg_namespace WHERE nspname = 'o''hara\\';

-- createSchema
CREATE SCHEMA IF NOT EXISTS "s""; drop schema public; --";

-- columnsIn a schema
SELECT table_name, column_name, data_type, character_maximum_length, numeric_precision, numeric_scale, is_nullable, column_default, remarks FROM svv_columns WHERE table_catalog = current_database() AND table_schema = 'o''hara\\' ORDER BY table_name, ordinal_position;

-- columnsOf
SELECT a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull, d.adsrc, col_description(c.oid, a.attnum), a.attisdistkey, a.attsortkeyord FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum WHERE n.nspname = 'o''hara\\' AND c.relname = 't''; drop table users; --' AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum;

-- relationsIn
SELECT c.relname, c.relkind, obj_description(c.oid), pg_get_userbyid(c.relowner) = current_user FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'o''hara\\' AND (c.relkind IN ('v', 'm') OR c.relkind = 'r' AND obj_description(c.oid) IS NOT NULL);

-- createTable
CREATE TABLE "s""; drop schema public; --"."x"" int); drop table users; --" ("i""d\" BIGINT, "co'de ""😀" VARCHAR(64), "note); truncate users; --" VARCHAR(65535), "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" NUMERIC(38,9));

-- createTable with a design
CREATE TABLE "s""; drop schema public; --"."x"" int); drop table users; --" ("i""d\" BIGINT ENCODE AZ64, "co'de ""😀" VARCHAR(64)) DISTSTYLE KEY DISTKEY("i""d\") INTERLEAVED SORTKEY("co'de ""😀", "i""d\");

-- commentOnTable
COMMENT ON TABLE "s""; drop schema public; --"."x"" int); drop table users; --" IS '{"stream":"it''s \\"}';

-- commentOnColumn
COMMENT ON COLUMN "s""; drop schema public; --"."x"" int); drop table users; --"."note); truncate users; --" IS 'it''s "here"\\';

-- addColumn
ALTER TABLE "s""; drop schema public; --"."x"" int); drop table users; --" ADD COLUMN "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" NUMERIC(38,9);

-- widenColumn
ALTER TABLE "s""; drop schema public; --"."x"" int); drop table users; --" ALTER COLUMN "note); truncate users; --" TYPE VARCHAR(1024);

-- encodeColumn
ALTER TABLE "s""; drop schema public; --"."x"" int); drop table users; --" ALTER COLUMN "note); truncate users; --" ENCODE ZSTD;

-- ddlOf boolean to text, 1
ALTER TABLE "s""; drop schema public; --"."x"" int); drop table users; --" ADD COLUMN "_target_redshift_retyped" VARCHAR(64);

-- ddlOf boolean to text, 2
UPDATE "s""; drop schema public; --"."x"" int); drop table users; --" SET "_target_redshift_retyped" = CASE WHEN "note); truncate users; --" THEN 'true' WHEN NOT "note); truncate users; --" THEN 'false' END;

-- ddlOf boolean to text, 3
SELECT COUNT("note); truncate users; --"), COUNT("_target_redshift_retyped"), 0 FROM "s""; drop schema public; --"."x"" int); drop table users; --";

-- ddlOf boolean to text, 4
ALTER TABLE "s""; drop schema public; --"."x"" int); drop table users; --" DROP COLUMN "note); truncate users; --";

-- ddlOf boolean to text, 5
ALTER TABLE "s""; drop schema public; --"."x"" int); drop table users; --" RENAME COLUMN "_target_redshift_retyped" TO "note); truncate users; --";

-- ddlOf boolean to text, 6
COMMENT ON COLUMN "s""; drop schema public; --"."x"" int); drop table users; --"."note); truncate users; --" IS 'it''s "';

-- ddlOf numeric to super, 1
ALTER TABLE "s""; drop schema public; --"."x"" int); drop table users; --" ADD COLUMN "_target_redshift_retyped" SUPER;

-- ddlOf numeric to super, 2
UPDATE "s""; drop schema public; --"."x"" int); drop table users; --" SET "_target_redshift_retyped" = JSON_PARSE(CAST("note); truncate users; --" AS VARCHAR(64)));

-- ddlOf numeric to super, 3
SELECT COUNT("note); truncate users; --"), COUNT("_target_redshift_retyped"), COUNT(CASE WHEN CAST("_target_redshift_retyped" AS NUMERIC(18,2)) <> "note); truncate users; --" THEN 1 END) FROM "s""; drop schema public; --"."x"" int); drop table users; --";

-- ddlOf numeric to super, 4
ALTER TABLE "s""; drop schema public; --"."x"" int); drop table users; --" DROP COLUMN "note); truncate users; --";

-- ddlOf numeric to super, 5
ALTER TABLE "s""; drop schema public; --"."x"" int); drop table users; --" RENAME COLUMN "_target_redshift_retyped" TO "note); truncate users; --";

-- ddlOf numeric to super, 6
COMMENT ON COLUMN "s""; drop schema public; --"."x"" int); drop table users; --"."note); truncate users; --" IS 'it''s "';

-- ddlOf bigint to double, 1
ALTER TABLE "s""; drop schema public; --"."x"" int); drop table users; --" ADD COLUMN "_target_redshift_retyped" DOUBLE PRECISION;

-- ddlOf bigint to double, 2
UPDATE "s""; drop schema public; --"."x"" int); drop table users; --" SET "_target_redshift_retyped" = CAST("note); truncate users; --" AS DOUBLE PRECISION);

-- ddlOf bigint to double, 3
SELECT COUNT("note); truncate users; --"), COUNT("_target_redshift_retyped"), COUNT(CASE WHEN "note); truncate users; --" NOT BETWEEN -9007199254740992 AND 9007199254740992 THEN 1 END) FROM "s""; drop schema public; --"."x"" int); drop table users; --";

-- ddlOf bigint to double, 4
ALTER TABLE "s""; drop schema public; --"."x"" int); drop table users; --" DROP COLUMN "note); truncate users; --";

-- ddlOf bigint to double, 5
ALTER TABLE "s""; drop schema public; --"."x"" int); drop table users; --" RENAME COLUMN "_target_redshift_retyped" TO "note); truncate users; --";

-- ddlOf bigint to double, 6
COMMENT ON COLUMN "s""; drop schema public; --"."x"" int); drop table users; --"."note); truncate users; --" IS 'it''s "';

-- ddlOf date to timestamptz, 1
ALTER TABLE "s""; drop schema public; --"."x"" int); drop table users; --" ADD COLUMN "_target_redshift_retyped" TIMESTAMPTZ;

-- ddlOf date to timestamptz, 2
UPDATE "s""; drop schema public; --"."x"" int); drop table users; --" SET "_target_redshift_retyped" = CAST("note); truncate users; --" AS TIMESTAMP) AT TIME ZONE 'UTC';

-- ddlOf date to timestamptz, 3
SELECT COUNT("note); truncate users; --"), COUNT("_target_redshift_retyped"), 0 FROM "s""; drop schema public; --"."x"" int); drop table users; --";

-- ddlOf date to timestamptz, 4
ALTER TABLE "s""; drop schema public; --"."x"" int); drop table users; --" DROP COLUMN "note); truncate users; --";

-- ddlOf date to timestamptz, 5
ALTER TABLE "s""; drop schema public; --"."x"" int); drop table users; --" RENAME COLUMN "_target_redshift_retyped" TO "note); truncate users; --";

-- ddlOf date to timestamptz, 6
COMMENT ON COLUMN "s""; drop schema public; --"."x"" int); drop table users; --"."note); truncate users; --" IS 'it''s "';

-- viewsOn a column
SELECT DISTINCT vn.nspname, v.relname FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_depend used ON used.refobjid = t.oid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = used.refobjsubid JOIN pg_depend made ON made.objid = used.objid AND made.deptype = 'i' JOIN pg_class v ON v.oid = made.refobjid AND v.relkind = 'v' JOIN pg_namespace vn ON vn.oid = v.relnamespace WHERE n.nspname = 's"; drop schema public; --' AND t.relname = 'x" int); drop table users; --' AND a.attname = 'note); truncate users; --' ORDER BY 1, 2;

-- viewsOn a table
SELECT DISTINCT vn.nspname, v.relname FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace JOIN pg_depend used ON used.refobjid = t.oid JOIN pg_depend made ON made.objid = used.objid AND made.deptype = 'i' JOIN pg_class v ON v.oid = made.refobjid AND v.relkind = 'v' JOIN pg_namespace vn ON vn.oid = v.relnamespace WHERE n.nspname = 's"; drop schema public; --' AND t.relname = 'x" int); drop table users; --' ORDER BY 1, 2;

-- designOn
SELECT a.attisdistkey, a.attsortkeyord FROM pg_attribute a JOIN pg_class t ON t.oid = a.attrelid JOIN pg_namespace n ON n.oid = t.relnamespace WHERE n.nspname = 's"; drop schema public; --' AND t.relname = 'x" int); drop table users; --' AND a.attname = 'note); truncate users; --';

-- createStage
CREATE TEMP TABLE "st""age" ("i""d\" BIGINT, "co'de ""😀" VARCHAR(64), "note); truncate users; --" VARCHAR(65535), "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" NUMERIC(38,9), "_target_redshift_ordinal" BIGINT);

-- createStage of a table with keys
CREATE TEMP TABLE "st""age" ("i""d\" BIGINT, "co'de ""😀" VARCHAR(64), "note); truncate users; --" VARCHAR(65535), "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" NUMERIC(38,9), "_target_redshift_ordinal" BIGINT) DISTKEY("i""d\") COMPOUND SORTKEY("co'de ""😀", "i""d\");

-- dropStage
DROP TABLE IF EXISTS "st""age";

-- copyToTable with a role
COPY "s""; drop schema public; --"."x"" int); drop table users; --" ("i""d\", "co'de ""😀", "note); truncate users; --", "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!") FROM 's3://bucket/o''hara\\manifest.json' IAM_ROLE 'arn:aws:iam::1:role/o''hara' MANIFEST CSV GZIP NULL AS 'NULL-1' DATEFORMAT 'auto' TIMEFORMAT 'auto' COMPUPDATE OFF;

-- copyToTable with the default role and a region
COPY "s""; drop schema public; --"."x"" int); drop table users; --" ("i""d\") FROM 's3://bucket/o''hara\\manifest.json' IAM_ROLE default REGION 'eu''1' MANIFEST CSV GZIP NULL AS 'NULL-1' DATEFORMAT 'auto' TIMEFORMAT 'auto';

-- copyFilesToTable of gzip files
COPY "s""; drop schema public; --"."x"" int); drop table users; --" ("i""d\", "co'de ""😀", "note); truncate users; --", "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!") FROM 's3://bucket/o''hara\\manifest.json' IAM_ROLE 'arn:aws:iam::1:role/o''hara' REGION 'eu''1' MANIFEST JSON 'auto ignorecase' GZIP DATEFORMAT 'auto' TIMEFORMAT 'auto';

-- copyFilesToTable of plain files
COPY "s""; drop schema public; --"."x"" int); drop table users; --" ("i""d\") FROM 's3://bucket/o''hara\\manifest.json' IAM_ROLE 'arn:aws:iam::1:role/o''hara' MANIFEST JSON 'auto ignorecase' DATEFORMAT 'auto' TIMEFORMAT 'auto' COMPUPDATE OFF;

-- copyToTable with keys, as it is shown in logs
COPY "s""; drop schema public; --"."x"" int); drop table users; --" ("i""d\") FROM 's3://bucket/o''hara\\manifest.json' ACCESS_KEY_ID 'AKIA' SECRET_ACCESS_KEY '***' SESSION_TOKEN '***' MANIFEST CSV GZIP NULL AS 'NULL-1' DATEFORMAT 'auto' TIMEFORMAT 'auto';

-- copyPrefix
COPY "s""; drop schema public; --"."x"" int); drop table users; --" FROM 's3://bucket/o''hara' ACCESS_KEY_ID 'AKIA' SECRET_ACCESS_KEY '***' SESSION_TOKEN '***' REGION 'eu''1' CSV;

-- copyToStage
COPY "st""age" ("i""d\", "co'de ""😀", "note); truncate users; --", "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!", "_target_redshift_ordinal") FROM 's3://bucket/o''hara\\manifest.json' IAM_ROLE 'arn:aws:iam::1:role/o''hara' MANIFEST CSV GZIP NULL AS 'NULL-1' DATEFORMAT 'auto' TIMEFORMAT 'auto' COMPUPDATE OFF STATUPDATE OFF;

-- copyToStage of many rows
COPY "st""age" ("i""d\", "co'de ""😀", "note); truncate users; --", "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!", "_target_redshift_ordinal") FROM 's3://bucket/o''hara\\manifest.json' IAM_ROLE 'arn:aws:iam::1:role/o''hara' MANIFEST CSV GZIP NULL AS 'NULL-1' DATEFORMAT 'auto' TIMEFORMAT 'auto' COMPUPDATE OFF STATUPDATE ON;

-- lastCopyCount
SELECT pg_last_copy_count();

-- findEdges of the last rows
CREATE TEMP TABLE "edges" AS SELECT "i""d\", "co'de ""😀", MAX("_target_redshift_ordinal") AS "_target_redshift_ordinal" FROM "st""age" GROUP BY "i""d\", "co'de ""😀", LEN("co'de ""😀") HAVING COUNT(*) > 1;

-- findEdges of the first live rows
CREATE TEMP TABLE "edges" AS SELECT "i""d\", "co'de ""😀", MIN("_target_redshift_ordinal") AS "_target_redshift_ordinal" FROM "st""age" WHERE "st""age"."_target_redshift_kind" IN (0, 3) GROUP BY "i""d\", "co'de ""😀", LEN("co'de ""😀");

-- deleteBeyond the last rows
DELETE FROM "st""age" USING "edges" WHERE "st""age"."i""d\" = "edges"."i""d\" AND "st""age"."co'de ""😀" = "edges"."co'de ""😀" AND LEN("st""age"."co'de ""😀") = LEN("edges"."co'de ""😀") AND "st""age"."_target_redshift_ordinal" < "edges"."_target_redshift_ordinal";

-- deleteBeyond the first rows
DELETE FROM "st""age" USING "edges" WHERE "st""age"."i""d\" = "edges"."i""d\" AND "st""age"."co'de ""😀" = "edges"."co'de ""😀" AND LEN("st""age"."co'de ""😀") = LEN("edges"."co'de ""😀") AND "st""age"."_target_redshift_ordinal" > "edges"."_target_redshift_ordinal";

-- deleteBeyond the last stubs
DELETE FROM "st""age" USING "edges" WHERE "st""age"."i""d\" = "edges"."i""d\" AND "st""age"."co'de ""😀" = "edges"."co'de ""😀" AND LEN("st""age"."co'de ""😀") = LEN("edges"."co'de ""😀") AND "st""age"."_target_redshift_ordinal" < "edges"."_target_redshift_ordinal" AND "st""age"."_target_redshift_kind" = 2;

-- deleteKinds
DELETE FROM "st""age" WHERE "st""age"."_target_redshift_kind" = 2;

-- countRows
SELECT COUNT(*) FROM "st""age" WHERE "st""age"."_target_redshift_kind" IN (1, 2);

-- countUnkeyed
SELECT COUNT(*) FROM "st""age" WHERE NOT ("st""age"."i""d\" IS NOT NULL AND "st""age"."co'de ""😀" IS NOT NULL);

-- deleteMatching
DELETE FROM "s""; drop schema public; --"."x"" int); drop table users; --" USING "st""age" WHERE "x"" int); drop table users; --"."i""d\" = "st""age"."i""d\" AND "x"" int); drop table users; --"."co'de ""😀" = "st""age"."co'de ""😀" AND LEN("x"" int); drop table users; --"."co'de ""😀") = LEN("st""age"."co'de ""😀");

-- deleteMatching deletions
DELETE FROM "s""; drop schema public; --"."x"" int); drop table users; --" USING "st""age" WHERE "x"" int); drop table users; --"."i""d\" = "st""age"."i""d\" AND "x"" int); drop table users; --"."co'de ""😀" = "st""age"."co'de ""😀" AND LEN("x"" int); drop table users; --"."co'de ""😀") = LEN("st""age"."co'de ""😀") AND "st""age"."_target_redshift_kind" IN (1, 2);

-- countColumns
SELECT COUNT(*) FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'o''hara\\' AND c.relname = 't''; drop table users; --' AND a.attnum > 0 AND NOT a.attisdropped;

-- insertRows
INSERT INTO "s""; drop schema public; --"."x"" int); drop table users; --" ("i""d\", "co'de ""😀", "note); truncate users; --", "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!") SELECT "i""d\", "co'de ""😀", "note); truncate users; --", "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" FROM "st""age";

-- insertRows that are no stubs
INSERT INTO "s""; drop schema public; --"."x"" int); drop table users; --" ("i""d\", "co'de ""😀", "note); truncate users; --", "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!") SELECT "i""d\", "co'de ""😀", "note); truncate users; --", "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" FROM "st""age" WHERE "st""age"."_target_redshift_kind" IN (0, 1);

-- updateMatching
UPDATE "s""; drop schema public; --"."x"" int); drop table users; --" SET "note); truncate users; --" = "st""age"."note); truncate users; --", "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" = "st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" FROM "st""age" WHERE "x"" int); drop table users; --"."i""d\" = "st""age"."i""d\" AND "x"" int); drop table users; --"."co'de ""😀" = "st""age"."co'de ""😀" AND LEN("x"" int); drop table users; --"."co'de ""😀") = LEN("st""age"."co'de ""😀");

-- insertMissing
INSERT INTO "s""; drop schema public; --"."x"" int); drop table users; --" ("i""d\", "co'de ""😀", "note); truncate users; --", "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!") SELECT "st""age"."i""d\", "st""age"."co'de ""😀", "st""age"."note); truncate users; --", "st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" FROM "st""age" LEFT JOIN "s""; drop schema public; --"."x"" int); drop table users; --" ON "x"" int); drop table users; --"."i""d\" = "st""age"."i""d\" AND "x"" int); drop table users; --"."co'de ""😀" = "st""age"."co'de ""😀" AND LEN("x"" int); drop table users; --"."co'de ""😀") = LEN("st""age"."co'de ""😀") WHERE "x"" int); drop table users; --"."i""d\" IS NULL;

-- insertRows of a refresh
INSERT INTO "s""; drop schema public; --"."x"" int); drop table users; --" ("i""d\", "co'de ""😀", "note); truncate users; --", "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!") SELECT "i""d\", "co'de ""😀", "note); truncate users; --", "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" FROM "s""; drop schema public; --"."sh'ad""ow; commit";

-- findNewest
CREATE TEMP TABLE "edges" AS SELECT "i""d\", "co'de ""😀", "_target_redshift_ordinal" FROM (SELECT "i""d\", "co'de ""😀", "_target_redshift_ordinal", ROW_NUMBER() OVER (PARTITION BY "i""d\", "co'de ""😀", LEN("co'de ""😀") ORDER BY "note); truncate users; --" DESC NULLS LAST, "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" DESC NULLS LAST, "_target_redshift_ordinal" DESC) AS "_target_redshift_rank" FROM "st""age") AS "_target_redshift_ranked" WHERE "_target_redshift_rank" = 1;

-- deleteOthers
DELETE FROM "st""age" USING "edges" WHERE "st""age"."i""d\" = "edges"."i""d\" AND "st""age"."co'de ""😀" = "edges"."co'de ""😀" AND LEN("st""age"."co'de ""😀") = LEN("edges"."co'de ""😀") AND "st""age"."_target_redshift_ordinal" <> "edges"."_target_redshift_ordinal";

-- deleteOutdone
DELETE FROM "s""; drop schema public; --"."x"" int); drop table users; --" USING "st""age" WHERE "x"" int); drop table users; --"."i""d\" = "st""age"."i""d\" AND "x"" int); drop table users; --"."co'de ""😀" = "st""age"."co'de ""😀" AND LEN("x"" int); drop table users; --"."co'de ""😀") = LEN("st""age"."co'de ""😀") AND (("st""age"."note); truncate users; --" IS NOT NULL AND ("x"" int); drop table users; --"."note); truncate users; --" IS NULL OR "x"" int); drop table users; --"."note); truncate users; --" < "st""age"."note); truncate users; --")) OR ((("x"" int); drop table users; --"."note); truncate users; --" IS NULL AND "st""age"."note); truncate users; --" IS NULL) OR ("x"" int); drop table users; --"."note); truncate users; --" IS NOT NULL AND "st""age"."note); truncate users; --" IS NOT NULL AND "x"" int); drop table users; --"."note); truncate users; --" = "st""age"."note); truncate users; --")) AND (("st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NOT NULL AND ("x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NULL OR "x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" < "st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!")) OR ((("x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NULL AND "st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NULL) OR ("x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NOT NULL AND "st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NOT NULL AND "x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" = "st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!")) AND TRUE))));

-- deleteOutdone by a refresh
DELETE FROM "s""; drop schema public; --"."x"" int); drop table users; --" USING "s""; drop schema public; --"."sh'ad""ow; commit" WHERE "x"" int); drop table users; --"."i""d\" = "sh'ad""ow; commit"."i""d\" AND "x"" int); drop table users; --"."co'de ""😀" = "sh'ad""ow; commit"."co'de ""😀" AND LEN("x"" int); drop table users; --"."co'de ""😀") = LEN("sh'ad""ow; commit"."co'de ""😀") AND (("sh'ad""ow; commit"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NOT NULL AND ("x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NULL OR "x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" < "sh'ad""ow; commit"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!")) OR ((("x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NULL AND "sh'ad""ow; commit"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NULL) OR ("x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NOT NULL AND "sh'ad""ow; commit"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NOT NULL AND "x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" = "sh'ad""ow; commit"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!")) AND TRUE));

-- updateOutdone
UPDATE "s""; drop schema public; --"."x"" int); drop table users; --" SET "note); truncate users; --" = "st""age"."note); truncate users; --", "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" = "st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" FROM "st""age" WHERE "x"" int); drop table users; --"."i""d\" = "st""age"."i""d\" AND "x"" int); drop table users; --"."co'de ""😀" = "st""age"."co'de ""😀" AND LEN("x"" int); drop table users; --"."co'de ""😀") = LEN("st""age"."co'de ""😀") AND (("st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NOT NULL AND ("x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NULL OR "x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" < "st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!")) OR ((("x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NULL AND "st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NULL) OR ("x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NOT NULL AND "st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NOT NULL AND "x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" = "st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!")) AND TRUE));

-- deleteStaged
DELETE FROM "st""age" USING "s""; drop schema public; --"."x"" int); drop table users; --" WHERE "st""age"."i""d\" = "x"" int); drop table users; --"."i""d\" AND "st""age"."co'de ""😀" = "x"" int); drop table users; --"."co'de ""😀" AND LEN("st""age"."co'de ""😀") = LEN("x"" int); drop table users; --"."co'de ""😀");

-- deleteStaged of a refresh
DELETE FROM "s""; drop schema public; --"."sh'ad""ow; commit" USING "s""; drop schema public; --"."x"" int); drop table users; --" WHERE "sh'ad""ow; commit"."i""d\" = "x"" int); drop table users; --"."i""d\" AND "sh'ad""ow; commit"."co'de ""😀" = "x"" int); drop table users; --"."co'de ""😀" AND LEN("sh'ad""ow; commit"."co'de ""😀") = LEN("x"" int); drop table users; --"."co'de ""😀");

-- deleteOutdated
DELETE FROM "st""age" USING "s""; drop schema public; --"."x"" int); drop table users; --" WHERE "st""age"."i""d\" = "x"" int); drop table users; --"."i""d\" AND "st""age"."co'de ""😀" = "x"" int); drop table users; --"."co'de ""😀" AND LEN("st""age"."co'de ""😀") = LEN("x"" int); drop table users; --"."co'de ""😀") AND NOT ((("st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NOT NULL AND ("x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NULL OR "x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" < "st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!")) OR ((("x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NULL AND "st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NULL) OR ("x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NOT NULL AND "st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" IS NOT NULL AND "x"" int); drop table users; --"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" = "st""age"."ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!")) AND TRUE)));

-- findOlder
SELECT 1 FROM "s""; drop schema public; --"."x"" int); drop table users; --" WHERE ("_airbyte_generation_id" IS NULL OR "_airbyte_generation_id" < 2) LIMIT 1;

-- findCurrent
SELECT 1 FROM "s""; drop schema public; --"."x"" int); drop table users; --" WHERE NOT ("_airbyte_generation_id" IS NULL OR "_airbyte_generation_id" < 2) LIMIT 1;

-- findAny
SELECT 1 FROM "s""; drop schema public; --"."x"" int); drop table users; --" LIMIT 1;

-- deleteOlder
DELETE FROM "s""; drop schema public; --"."x"" int); drop table users; --" WHERE ("_airbyte_generation_id" IS NULL OR "_airbyte_generation_id" < 2);

-- deleteOlder of none
DELETE FROM "s""; drop schema public; --"."x"" int); drop table users; --" WHERE FALSE;

-- createBeside
CREATE TABLE IF NOT EXISTS "s""; drop schema public; --"."sh'ad""ow; commit" (LIKE "s""; drop schema public; --"."x"" int); drop table users; --" INCLUDING DEFAULTS);

-- deleteMarked
DELETE FROM "s""; drop schema public; --"."x"" int); drop table users; --" WHERE "note); truncate users; --" IS NOT NULL;

-- countPresent
SELECT COUNT(*) FROM "st""age" WHERE EXISTS (SELECT 1 FROM "s""; drop schema public; --"."x"" int); drop table users; --" WHERE "x"" int); drop table users; --"."i""d\" = "st""age"."i""d\" AND "x"" int); drop table users; --"."co'de ""😀" = "st""age"."co'de ""😀" AND LEN("x"" int); drop table users; --"."co'de ""😀") = LEN("st""age"."co'de ""😀")) AND "st""age"."_target_redshift_kind" = 0;

-- terminateBackend
SELECT pg_terminate_backend(42);

-- sysLoadErrors
SELECT file_name, line_number, column_name, column_type, error_code, error_message FROM sys_load_error_detail WHERE file_name LIKE 's3://bucket/o''hara\\_50\\%\\\\%' ORDER BY start_time DESC, line_number LIMIT 1;

-- sysLoadErrors of several files
SELECT file_name, line_number, column_name, column_type, error_code, error_message FROM sys_load_error_detail WHERE file_name LIKE 's3://a/1%' OR file_name LIKE 's3://b/2%' ORDER BY start_time DESC, line_number LIMIT 1;

-- stlLoadErrors
SELECT filename, line_number, colname, type, err_code, err_reason FROM stl_load_errors WHERE filename LIKE 's3://bucket/o''hara\\_50\\%\\\\%' ORDER BY starttime DESC, line_number LIMIT 1;

-- countMisfits
SELECT COUNT(CASE WHEN "i""d" NOT BETWEEN -99999999999999999999999999999.99 AND 99999999999999999999999999999.99 THEN 1 WHEN CAST("i""d" AS NUMERIC(38,9)) <> "i""d" THEN 1 END) FROM "s""; drop schema public; --"."x"" int); drop table users; --";

-- createTableLike
CREATE TABLE IF NOT EXISTS "s""; drop schema public; --"."sh'ad""ow; commit" (LIKE "s""; drop schema public; --"."x"" int); drop table users; --" INCLUDING DEFAULTS);

-- deleteAll
DELETE FROM "s""; drop schema public; --"."x"" int); drop table users; --";

-- insertFrom
INSERT INTO "s""; drop schema public; --"."x"" int); drop table users; --" ("i""d\", "co'de ""😀", "note); truncate users; --", "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!") SELECT "i""d\", "co'de ""😀", "note); truncate users; --", "ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé!" FROM "s""; drop schema public; --"."sh'ad""ow; commit";

-- renameTable
ALTER TABLE "s""; drop schema public; --"."x"" int); drop table users; --" RENAME TO "sh'ad""ow; commit";

-- dropTable
DROP TABLE "s""; drop schema public; --"."x"" int); drop table users; --";

-- dropTableIfExists
DROP TABLE IF EXISTS "s""; drop schema public; --"."sh'ad""ow; commit";

-- countRows
SELECT COUNT(*) FROM "s""; drop schema public; --"."x"" int); drop table users; --";

-- deleteOlderVersions
DELETE FROM "s""; drop schema public; --"."x"" int); drop table users; --" WHERE ("_sdc_table_version" < 1674486431563 OR "_sdc_table_version" IS NULL);

-- markOlderVersions
UPDATE "s""; drop schema public; --"."x"" int); drop table users; --" SET "_sdc_deleted_at" = '2024-01-31T10:15:00.000Z' WHERE ("_sdc_table_version" < 1674486431563 OR "_sdc_table_version" IS NULL) AND "_sdc_deleted_at" IS NULL;

-- ownsSchema
SELECT 1 FROM pg_namespace WHERE nspname = 'o''hara\\' AND pg_get_userbyid(nspowner) = current_user;

-- grantUsage
GRANT USAGE ON SCHEMA "s""; drop schema public; --" TO "IAM:o'hara@x", GROUP "g"" , public; --", ROLE "Reporting", PUBLIC;

-- grantSelect
GRANT SELECT ON TABLE "s""; drop schema public; --"."x"" int); drop table users; --" TO "IAM:o'hara@x", GROUP "g"" , public; --", ROLE "Reporting", PUBLIC;

-- analyzeTable
ANALYZE "s""; drop schema public; --"."x"" int); drop table users; --";

-- createRecords
CREATE TABLE IF NOT EXISTS "s""; drop schema public; --"."_target_redshift_loads" (run_id VARCHAR(64), batch BIGINT, stream VARCHAR(512), table_schema VARCHAR(127), table_name VARCHAR(127), method VARCHAR(32), rows_received BIGINT, rows_rejected BIGINT, rows_written BIGINT, rows_replaced BIGINT, rows_deleted BIGINT, bytes BIGINT, parts BIGINT, started_at TIMESTAMP, committed_at TIMESTAMP, version VARCHAR(64));

-- createRecords
CREATE TABLE IF NOT EXISTS "s""; drop schema public; --"."_target_redshift_runs" (run_id VARCHAR(64), version VARCHAR(64), started_at TIMESTAMP, ended_at TIMESTAMP, outcome VARCHAR(16), error VARCHAR(4096));

-- insertLoads
INSERT INTO "s""; drop schema public; --"."_target_redshift_loads" (run_id, batch, stream, table_schema, table_name, method, rows_received, rows_rejected, rows_written, rows_replaced, rows_deleted, bytes, parts, started_at, committed_at, version) VALUES ('r''1\\', 7, 'x" int); drop table users; --''', 'o''hara\\', 'x" int); drop table users; --', 'upsert', 10, 1, 5, 4, 0, 1234, 2, '2024-01-31 23:59:58.007', '2024-02-01 00:00:00.000', '1.0.0'), ('r''1\\', 7, 'x" int); drop table users; --''', 'o''hara\\', 'x" int); drop table users; --', 'upsert', 10, 1, 5, 4, 0, 1234, 2, '2024-01-31 23:59:58.007', '2024-02-01 00:00:00.000', '1.0.0');

-- insertRun
INSERT INTO "s""; drop schema public; --"."_target_redshift_runs" (run_id, version, started_at, ended_at, outcome, error) VALUES ('r''1\\', '1.0.0', '2023-11-14 22:13:20.000', NULL, 'running', NULL);

-- endRun
UPDATE "s""; drop schema public; --"."_target_redshift_runs" SET ended_at = '2023-11-14 22:14:20.000', outcome = 'failed', error = 'it''s \\ gone' WHERE run_id = 'r''1\\';

-- findLoad
SELECT 1 FROM "s""; drop schema public; --"."_target_redshift_loads" WHERE run_id = 'r''1\\' AND batch = 7;

-- removeLoads
DELETE FROM "s""; drop schema public; --"."_target_redshift_commits" WHERE run_id = 'r''1\\';

-- awaitWriters
DELETE FROM "s""; drop schema public; --"."t" WHERE FALSE;

-- findTransaction
SELECT 1 FROM svv_transactions WHERE pid = 7 LIMIT 1;

-- explainRead
EXPLAIN SELECT 1 FROM "s""; drop schema public; --"."t";

-- createPipelineTable
CREATE TABLE IF NOT EXISTS "s""; drop schema public; --"."_target_redshift_pipeline_p_1___c830708ffd" (piece INTEGER, pipeline VARCHAR(512), epoch BIGINT, run_id VARCHAR(64), written_at TIMESTAMP, state VARCHAR(65535));

-- takeOver
UPDATE "s""; drop schema public; --"."_target_redshift_pipeline_p_1___c830708ffd" SET epoch = epoch + 1, run_id = 'r''1\\', written_at = '2023-11-14 22:13:20.000' WHERE piece = 0;

-- insertFirst
INSERT INTO "s""; drop schema public; --"."_target_redshift_pipeline_p_1___c830708ffd" (piece, pipeline, epoch, run_id, written_at) VALUES (0, 'p''1\\', 1, 'r''1\\', '2023-11-14 22:13:20.000');

-- readPipeline
SELECT piece, epoch, run_id, state FROM "s""; drop schema public; --"."_target_redshift_pipeline_p_1___c830708ffd" ORDER BY piece;

-- keepOwn
UPDATE "s""; drop schema public; --"."_target_redshift_pipeline_p_1___c830708ffd" SET run_id = 'r''1\\', written_at = '2023-11-14 22:13:20.000' WHERE piece = 0 AND epoch = 7;

-- keepOwn with a state
UPDATE "s""; drop schema public; --"."_target_redshift_pipeline_p_1___c830708ffd" SET run_id = 'r''1\\', written_at = '2023-11-14 22:13:20.000', state = '{"it''s":"\\"}' WHERE piece = 0 AND epoch = 7;

-- removePieces
DELETE FROM "s""; drop schema public; --"."_target_redshift_pipeline_p_1___c830708ffd" WHERE piece > 0;

-- insertPieces
INSERT INTO "s""; drop schema public; --"."_target_redshift_pipeline_p_1___c830708ffd" (piece, state) VALUES (1, 'o''ne'), (2, 'two');

-- readRuns
SELECT r.run_id, r.outcome, r.started_at, r.ended_at, COALESCE(l.loads, 0) AS loads, COALESCE(l.rows_received, 0) AS rows_received, COALESCE(l.rows_rejected, 0) AS rows_rejected, r.version, r.error FROM "s""; drop schema public; --"."_target_redshift_runs" r LEFT JOIN (SELECT run_id, COUNT(*) AS loads, SUM(rows_received) AS rows_received, SUM(rows_rejected) AS rows_rejected FROM "s""; drop schema public; --"."_target_redshift_loads" GROUP BY run_id) l ON l.run_id = r.run_id ORDER BY r.started_at DESC, r.run_id DESC LIMIT 10;

-- readRuns of a stream
SELECT r.run_id, r.outcome, r.started_at, r.ended_at, COALESCE(l.loads, 0) AS loads, COALESCE(l.rows_received, 0) AS rows_received, COALESCE(l.rows_rejected, 0) AS rows_rejected, r.version, r.error FROM "s""; drop schema public; --"."_target_redshift_runs" r JOIN (SELECT run_id, COUNT(*) AS loads, SUM(rows_received) AS rows_received, SUM(rows_rejected) AS rows_rejected FROM "s""; drop schema public; --"."_target_redshift_loads" WHERE stream = 's''1\\' AND run_id = 'r''1\\' GROUP BY run_id) l ON l.run_id = r.run_id WHERE r.run_id = 'r''1\\' ORDER BY r.started_at DESC, r.run_id DESC LIMIT 10;

-- sumOutcomes
SELECT outcome, COUNT(*) AS runs, TO_CHAR(MAX(started_at), 'YYYY-MM-DD HH24:MI:SS') AS latest FROM "s""; drop schema public; --"."_target_redshift_runs" WHERE started_at >= '2024-01-01 00:00:00.000' GROUP BY outcome ORDER BY outcome;

-- sumOutcomesByPart
SELECT TO_CHAR(DATE_TRUNC('day', started_at), 'YYYY-MM-DD') AS day, outcome, COUNT(*) AS runs FROM "s""; drop schema public; --"."_target_redshift_runs" WHERE started_at >= '2024-01-01 00:00:00.000' GROUP BY 1, 2 ORDER BY 1, 2;

-- sumDurations
SELECT TO_CHAR(DATE_TRUNC('month', started_at), 'YYYY-MM-DD') AS day, MEDIAN(DATEDIFF(second, started_at, ended_at)) AS median_seconds, MAX(DATEDIFF(second, started_at, ended_at)) AS max_seconds FROM "s""; drop schema public; --"."_target_redshift_runs" WHERE started_at >= '2024-01-01 00:00:00.000' AND ended_at IS NOT NULL GROUP BY 1 ORDER BY 1;

-- sumLoads
SELECT COUNT(*) AS streams, COALESCE(SUM(loads), 0) AS loads, COALESCE(SUM(rows_received), 0) AS rows_received, COALESCE(SUM(rows_rejected), 0) AS rows_rejected, COALESCE(SUM(bytes), 0) AS bytes, COALESCE(SUM(load_ms), 0) AS load_ms FROM (SELECT stream, table_schema, table_name, SUM(CASE WHEN committed_at >= '2024-01-01 00:00:00.000' THEN 1 ELSE 0 END) AS loads, SUM(CASE WHEN committed_at >= '2024-01-01 00:00:00.000' THEN rows_received ELSE 0 END) AS rows_received, SUM(CASE WHEN committed_at >= '2024-01-01 00:00:00.000' THEN rows_rejected ELSE 0 END) AS rows_rejected, SUM(CASE WHEN committed_at >= '2024-01-01 00:00:00.000' THEN COALESCE(bytes, 0) ELSE 0 END) AS bytes, SUM(CASE WHEN committed_at >= '2024-01-01 00:00:00.000' THEN COALESCE(DATEDIFF(millisecond, started_at, committed_at), 0) ELSE 0 END) AS load_ms FROM "s""; drop schema public; --"."_target_redshift_loads" GROUP BY stream, table_schema, table_name) s;

-- sumStreams
SELECT stream, table_schema, table_name, TO_CHAR(MAX(committed_at), 'YYYY-MM-DD HH24:MI:SS') AS last_load, DATEDIFF(second, MAX(committed_at), CAST('2024-01-31 12:30:00.000' AS TIMESTAMP)) AS age_seconds, SUM(CASE WHEN committed_at >= '2024-01-01 00:00:00.000' THEN 1 ELSE 0 END) AS loads, SUM(CASE WHEN committed_at >= '2024-01-01 00:00:00.000' THEN rows_received ELSE 0 END) AS rows_received, SUM(CASE WHEN committed_at >= '2024-01-01 00:00:00.000' THEN rows_rejected ELSE 0 END) AS rows_rejected, SUM(CASE WHEN committed_at >= '2024-01-01 00:00:00.000' THEN COALESCE(bytes, 0) ELSE 0 END) AS bytes, SUM(CASE WHEN committed_at >= '2024-01-01 00:00:00.000' THEN COALESCE(DATEDIFF(millisecond, started_at, committed_at), 0) ELSE 0 END) AS load_ms FROM "s""; drop schema public; --"."_target_redshift_loads" GROUP BY stream, table_schema, table_name ORDER BY CASE WHEN MAX(committed_at) >= '2024-01-01 00:00:00.000' THEN 0 ELSE 1 END, MAX(committed_at), stream, table_schema, table_name;

-- sumStreams of a page
SELECT stream, table_schema, table_name, TO_CHAR(MAX(committed_at), 'YYYY-MM-DD HH24:MI:SS') AS last_load, DATEDIFF(second, MAX(committed_at), CAST('2024-01-31 12:30:00.000' AS TIMESTAMP)) AS age_seconds, SUM(CASE WHEN committed_at >= '2024-01-01 00:00:00.000' THEN 1 ELSE 0 END) AS loads, SUM(CASE WHEN committed_at >= '2024-01-01 00:00:00.000' THEN rows_received ELSE 0 END) AS rows_received, SUM(CASE WHEN committed_at >= '2024-01-01 00:00:00.000' THEN rows_rejected ELSE 0 END) AS rows_rejected, SUM(CASE WHEN committed_at >= '2024-01-01 00:00:00.000' THEN COALESCE(bytes, 0) ELSE 0 END) AS bytes, SUM(CASE WHEN committed_at >= '2024-01-01 00:00:00.000' THEN COALESCE(DATEDIFF(millisecond, started_at, committed_at), 0) ELSE 0 END) AS load_ms FROM "s""; drop schema public; --"."_target_redshift_loads" GROUP BY stream, table_schema, table_name ORDER BY CASE WHEN MAX(committed_at) >= '2024-01-01 00:00:00.000' THEN 0 ELSE 1 END, MAX(committed_at), stream, table_schema, table_name LIMIT 2000;

-- findLargest
SELECT stream, table_schema, table_name, place FROM (SELECT stream, table_schema, table_name, ROW_NUMBER() OVER (ORDER BY SUM(rows_received) DESC, stream, table_schema, table_name) AS place FROM "s""; drop schema public; --"."_target_redshift_loads" WHERE committed_at >= '2024-01-01 00:00:00.000' GROUP BY stream, table_schema, table_name) r WHERE place <= 7 ORDER BY place;

-- sumStreamsByPart
SELECT TO_CHAR(DATE_TRUNC('day', committed_at), 'YYYY-MM-DD') AS day, place, SUM(1) AS loads, SUM(rows_received) AS rows_received, SUM(rows_rejected) AS rows_rejected, SUM(COALESCE(bytes, 0)) AS bytes, SUM(COALESCE(DATEDIFF(millisecond, started_at, committed_at), 0)) AS load_ms FROM (SELECT l.committed_at, l.started_at, l.rows_received, l.rows_rejected, l.bytes, CASE WHEN r.place <= 7 THEN r.place ELSE 0 END AS place FROM (SELECT * FROM "s""; drop schema public; --"."_target_redshift_loads" WHERE committed_at >= '2024-01-01 00:00:00.000') l JOIN (SELECT stream, table_schema, table_name, ROW_NUMBER() OVER (ORDER BY SUM(rows_received) DESC, stream, table_schema, table_name) AS place FROM "s""; drop schema public; --"."_target_redshift_loads" WHERE committed_at >= '2024-01-01 00:00:00.000' GROUP BY stream, table_schema, table_name) r ON r.stream = l.stream AND r.table_schema = l.table_schema AND r.table_name = l.table_name) p GROUP BY 1, 2 ORDER BY 1, 2;

-- countAges
SELECT CASE WHEN age >= 3600 THEN 1 WHEN age >= 0 THEN 0 ELSE 0 END AS age_class, COUNT(*) AS streams FROM (SELECT DATEDIFF(second, MAX(committed_at), CAST('2024-01-31 12:30:00.000' AS TIMESTAMP)) AS age FROM "s""; drop schema public; --"."_target_redshift_loads" GROUP BY stream, table_schema, table_name) a GROUP BY 1 ORDER BY 1;

-- findSlowest
SELECT stream, table_schema, table_name, method, TO_CHAR(committed_at, 'YYYY-MM-DD HH24:MI:SS') AS committed, DATEDIFF(millisecond, started_at, committed_at) AS load_ms, rows_received, bytes, run_id FROM "s""; drop schema public; --"."_target_redshift_loads" WHERE committed_at >= '2024-01-01 00:00:00.000' AND started_at IS NOT NULL ORDER BY DATEDIFF(millisecond, started_at, committed_at) DESC, committed_at DESC, run_id, batch LIMIT 20;

-- findRuns
SELECT run_id, version, TO_CHAR(started_at, 'YYYY-MM-DD HH24:MI:SS') AS started, DATEDIFF(second, started_at, ended_at) AS seconds, error FROM "s""; drop schema public; --"."_target_redshift_runs" WHERE started_at >= '2024-01-01 00:00:00.000' AND outcome = 'it''s \\' ORDER BY started_at DESC, run_id DESC LIMIT 50;

-- readLoads
SELECT run_id, batch, stream, table_schema, table_name, method, rows_received, rows_rejected, rows_written, rows_replaced, rows_deleted, bytes, parts, started_at, committed_at, version FROM "s""; drop schema public; --"."_target_redshift_loads" WHERE stream = 's''1\\' ORDER BY committed_at DESC, batch DESC LIMIT 10;
