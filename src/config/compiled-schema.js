/* Written by `npm run spec` from the options in this folder. */
"use strict";
export const validate = validate10;

const schema11 = {"type":"object","properties":{"hostname":{"type":"string","minLength":1},"port":{"type":"integer","minimum":1,"maximum":65535,"default":5439},"database":{"type":"string","minLength":1},"user":{"type":"string","minLength":1},"password":{"type":"string"},"password_file":{"type":"string"},"secret_arn":{"type":"string","minLength":1},"cluster_identifier":{"type":"string","minLength":1},"workgroup_name":{"type":"string","minLength":1},"db_groups":{"type":"array","items":{"type":"string","minLength":1},"default":[]},"auto_create_user":{"type":"boolean","default":false},"redshift_region":{"type":"string","minLength":1},"sslmode":{"type":"string","enum":["verify-full","verify-ca","require","disable"],"default":"verify-full"},"ssl_ca":{"type":"string"},"connect_timeout_seconds":{"type":"integer","minimum":1,"maximum":600,"default":30},"query_group":{"type":"string","default":"target-redshift"},"ssh_host":{"type":"string","minLength":1},"ssh_port":{"type":"integer","minimum":1,"maximum":65535,"default":22},"ssh_user":{"type":"string","minLength":1},"ssh_private_key":{"type":"string","minLength":1},"ssh_private_key_file":{"type":"string"},"ssh_private_key_passphrase":{"type":"string"},"ssh_private_key_passphrase_file":{"type":"string"},"ssh_password":{"type":"string"},"ssh_password_file":{"type":"string"},"ssh_host_fingerprint":{"type":"string","minLength":1},"ssh_known_hosts":{"type":"string","minLength":1},"ssh_host_key_check":{"type":"boolean","default":true},"s3_bucket":{"type":"string","minLength":1},"s3_prefix":{"type":"string","default":"target-redshift"},"s3_region":{"type":"string"},"s3_endpoint":{"type":"string"},"s3_force_path_style":{"type":"boolean","default":false},"s3_encryption":{"type":"string","enum":["bucket-default","sse-s3","sse-kms"],"default":"bucket-default"},"s3_kms_key_id":{"type":"string","minLength":1},"s3_bucket_owner":{"type":"string","minLength":1},"s3_acl":{"type":"string","minLength":1},"iam_role":{"type":"string"},"copy_credentials":{"type":"string","enum":["auto","role","keys","temporary"],"default":"auto"},"aws_access_key_id":{"type":"string"},"aws_secret_access_key":{"type":"string"},"aws_secret_access_key_file":{"type":"string"},"aws_session_token":{"type":"string"},"aws_session_token_file":{"type":"string"},"aws_profile":{"type":"string","minLength":1},"assume_role_arn":{"type":"string","minLength":1},"assume_role_external_id":{"type":"string","minLength":1},"target_schema":{"type":"string","minLength":1,"default":"public"},"batch_size_rows":{"type":"integer","minimum":1,"maximum":1000000000,"default":1000000},"batch_size_bytes":{"type":"integer","minimum":1024,"maximum":1099511627776,"default":268435456},"batch_max_age_seconds":{"type":"integer","minimum":1,"maximum":86400,"default":300},"max_parallel_loads":{"type":"integer","minimum":1,"maximum":50,"default":4},"fail_on_empty":{"type":"boolean","default":false},"mask_salt":{"type":"string","minLength":16},"mask_salt_file":{"type":"string"},"pipeline":{"type":"string","minLength":1},"exactly_once":{"type":"boolean","default":false},"group_commit":{"type":"boolean","default":false},"memory_budget_mb":{"type":"integer","minimum":16,"maximum":65536,"default":128},"compression":{"type":"string","enum":["auto","gzip","zstd"],"default":"auto"},"gzip_level":{"type":"integer","minimum":1,"maximum":9,"default":1},"keep_s3_files":{"type":"boolean","default":false},"stale_after_hours":{"type":"integer","minimum":1,"maximum":8760,"default":24},"statement_timeout_seconds":{"type":"integer","minimum":10,"maximum":86400,"default":3600},"heartbeat_seconds":{"type":"integer","minimum":1,"maximum":3600,"default":30},"retry_for_seconds":{"type":"integer","minimum":0,"maximum":86400,"default":300},"max_load_attempts":{"type":"integer","minimum":1,"maximum":100},"shutdown_grace_seconds":{"type":"integer","minimum":0,"maximum":3600,"default":60},"log_level":{"type":"string","enum":["debug","info","warn","error"],"default":"info"},"log_format":{"type":"string","enum":["auto","json","pretty","singer"],"default":"auto"},"batch_locations":{"type":"array","items":{"type":"string","minLength":1}},"pre_sql":{"type":"array","items":{"type":"string","minLength":1},"default":[]},"post_sql":{"type":"array","items":{"type":"string","minLength":1},"default":[]},"load_history":{"type":"boolean","default":true},"rejected_prefix":{"type":"string"},"schema_mapping":{"type":"object","additionalProperties":{"type":["string","object"],"minLength":1,"additionalProperties":false,"properties":{"schema":{"type":"string","minLength":1},"grant_select_to":{"type":"array","items":{"type":"string","minLength":1}}},"required":["schema"]},"default":{}},"unknown_options":{"type":"string","enum":["warn","fail"]},"selected":{"type":"boolean","default":true},"include_columns":{"type":"array","items":{"type":"string","minLength":1},"default":[]},"exclude_columns":{"type":"array","items":{"type":"string","minLength":1},"default":[]},"table_prefix":{"type":"string"},"tenant_column":{"type":"string","minLength":1},"tenant_id":{"type":"string","minLength":1},"other_tenants":{"type":"string","enum":["fail","quarantine","allow"],"default":"fail"},"load_method":{"type":"string","enum":["upsert","append-only","insert-only","overwrite"],"default":"upsert"},"overwrite_method":{"type":"string","enum":["delete-insert","swap"],"default":"delete-insert"},"overwrite_when":{"type":"string","enum":["stream_complete","end_of_input"],"default":"stream_complete"},"hard_delete":{"type":"boolean","default":false},"process_activate_version_messages":{"type":"boolean","default":true},"add_record_metadata":{"type":"boolean"},"null_keys":{"type":"string","enum":["fail","quarantine","append"]},"nested_values":{"type":"string","enum":["super","text","flatten"],"default":"super"},"flatten_max_depth":{"type":"integer","minimum":1,"maximum":100,"default":10},"flatten_separator":{"type":"string","minLength":1,"default":"__"},"naming":{"type":"string","enum":["exact","safe","snake_case"],"default":"exact"},"table_names":{"type":"string","enum":["whole","last-part"],"default":"whole"},"require_keys":{"type":"boolean","default":false},"validate_records":{"type":"boolean","default":false},"on_invalid":{"type":"string","enum":["fail","quarantine","null"],"default":"fail"},"max_rejected":{"type":"integer","minimum":0,"maximum":1000000000,"default":1000},"schema_changes":{"type":"object","additionalProperties":false,"properties":{"add_column":{"type":"string","enum":["evolve","ignore","fail"]},"widen_column":{"type":"string","enum":["evolve","ignore","fail"]},"relax_not_null":{"type":"string","enum":["evolve","ignore","fail"]},"retype_column":{"type":"string","enum":["evolve","ignore","fail"]},"split_column":{"type":"string","enum":["evolve","ignore","fail"]},"drop_column":{"type":"string","enum":["evolve","ignore","fail"]},"change_keys":{"type":"string","enum":["evolve","ignore","fail"]}},"default":{}},"forbid_ddl":{"type":"boolean","default":false},"diststyle":{"type":"string","enum":["auto","even","all","key"]},"sortkey":{"type":"array","items":{"type":"string","minLength":1},"default":[]},"sortkey_style":{"type":"string","enum":["compound","interleaved"],"default":"compound"},"grant_select_to":{"type":"array","items":{"type":"string","minLength":1},"default":[]},"analyze_after_rows":{"type":"integer","minimum":0,"maximum":1000000000000,"default":0},"batch_direct_copy":{"type":"boolean","default":false},"streams":{"type":"object","additionalProperties":{"type":"object","additionalProperties":false,"properties":{"selected":{"type":"boolean"},"include_columns":{"type":"array","items":{"type":"string","minLength":1}},"exclude_columns":{"type":"array","items":{"type":"string","minLength":1}},"table_prefix":{"type":"string"},"tenant_column":{"type":"string","minLength":1},"tenant_id":{"type":"string","minLength":1},"other_tenants":{"type":"string","enum":["fail","quarantine","allow"]},"load_method":{"type":"string","enum":["upsert","append-only","insert-only","overwrite"]},"overwrite_method":{"type":"string","enum":["delete-insert","swap"]},"overwrite_when":{"type":"string","enum":["stream_complete","end_of_input"]},"hard_delete":{"type":"boolean"},"process_activate_version_messages":{"type":"boolean"},"add_record_metadata":{"type":"boolean"},"null_keys":{"type":"string","enum":["fail","quarantine","append"]},"nested_values":{"type":"string","enum":["super","text","flatten"]},"flatten_max_depth":{"type":"integer","minimum":1,"maximum":100},"flatten_separator":{"type":"string","minLength":1},"naming":{"type":"string","enum":["exact","safe","snake_case"]},"table_names":{"type":"string","enum":["whole","last-part"]},"require_keys":{"type":"boolean"},"validate_records":{"type":"boolean"},"on_invalid":{"type":"string","enum":["fail","quarantine","null"]},"max_rejected":{"type":"integer","minimum":0,"maximum":1000000000},"schema_changes":{"type":"object","additionalProperties":false,"properties":{"add_column":{"type":"string","enum":["evolve","ignore","fail"]},"widen_column":{"type":"string","enum":["evolve","ignore","fail"]},"relax_not_null":{"type":"string","enum":["evolve","ignore","fail"]},"retype_column":{"type":"string","enum":["evolve","ignore","fail"]},"split_column":{"type":"string","enum":["evolve","ignore","fail"]},"drop_column":{"type":"string","enum":["evolve","ignore","fail"]},"change_keys":{"type":"string","enum":["evolve","ignore","fail"]}}},"forbid_ddl":{"type":"boolean"},"diststyle":{"type":"string","enum":["auto","even","all","key"]},"sortkey":{"type":"array","items":{"type":"string","minLength":1}},"sortkey_style":{"type":"string","enum":["compound","interleaved"]},"grant_select_to":{"type":"array","items":{"type":"string","minLength":1}},"analyze_after_rows":{"type":"integer","minimum":0,"maximum":1000000000000},"batch_direct_copy":{"type":"boolean"},"schema":{"type":"string","minLength":1},"table":{"type":"string","minLength":1},"key_properties":{"type":"array","items":{"type":"string","minLength":1}},"distkey":{"type":"string","minLength":1},"columns":{"type":"object","additionalProperties":{"type":"object","additionalProperties":false,"properties":{"name":{"type":"string","minLength":1},"type":{"type":"string","minLength":1},"encode":{"type":"string","enum":["az64","bytedict","delta","delta32k","lzo","mostly8","mostly16","mostly32","raw","runlength","text255","text32k","zstd"]},"mask":{"type":"string","enum":["hash","redact","last_4"]}}}},"pre_sql":{"type":"array","items":{"type":"string","minLength":1}},"post_sql":{"type":"array","items":{"type":"string","minLength":1}}}},"default":{}}},"required":["hostname","database","s3_bucket"],"additionalProperties":true};
const func2 = Object.prototype.hasOwnProperty;

function validate10(data, {instancePath="", parentData, parentDataProperty, rootData=data}={}){
let vErrors = null;
let errors = 0;
if(data && typeof data == "object" && !Array.isArray(data)){
if(data.port === undefined){
data.port = 5439;
}
if(data.db_groups === undefined){
data.db_groups = [];
}
if(data.auto_create_user === undefined){
data.auto_create_user = false;
}
if(data.sslmode === undefined){
data.sslmode = "verify-full";
}
if(data.connect_timeout_seconds === undefined){
data.connect_timeout_seconds = 30;
}
if(data.query_group === undefined){
data.query_group = "target-redshift";
}
if(data.ssh_port === undefined){
data.ssh_port = 22;
}
if(data.ssh_host_key_check === undefined){
data.ssh_host_key_check = true;
}
if(data.s3_prefix === undefined){
data.s3_prefix = "target-redshift";
}
if(data.s3_force_path_style === undefined){
data.s3_force_path_style = false;
}
if(data.s3_encryption === undefined){
data.s3_encryption = "bucket-default";
}
if(data.copy_credentials === undefined){
data.copy_credentials = "auto";
}
if(data.target_schema === undefined){
data.target_schema = "public";
}
if(data.batch_size_rows === undefined){
data.batch_size_rows = 1000000;
}
if(data.batch_size_bytes === undefined){
data.batch_size_bytes = 268435456;
}
if(data.batch_max_age_seconds === undefined){
data.batch_max_age_seconds = 300;
}
if(data.max_parallel_loads === undefined){
data.max_parallel_loads = 4;
}
if(data.fail_on_empty === undefined){
data.fail_on_empty = false;
}
if(data.exactly_once === undefined){
data.exactly_once = false;
}
if(data.group_commit === undefined){
data.group_commit = false;
}
if(data.memory_budget_mb === undefined){
data.memory_budget_mb = 128;
}
if(data.compression === undefined){
data.compression = "auto";
}
if(data.gzip_level === undefined){
data.gzip_level = 1;
}
if(data.keep_s3_files === undefined){
data.keep_s3_files = false;
}
if(data.stale_after_hours === undefined){
data.stale_after_hours = 24;
}
if(data.statement_timeout_seconds === undefined){
data.statement_timeout_seconds = 3600;
}
if(data.heartbeat_seconds === undefined){
data.heartbeat_seconds = 30;
}
if(data.retry_for_seconds === undefined){
data.retry_for_seconds = 300;
}
if(data.shutdown_grace_seconds === undefined){
data.shutdown_grace_seconds = 60;
}
if(data.log_level === undefined){
data.log_level = "info";
}
if(data.log_format === undefined){
data.log_format = "auto";
}
if(data.pre_sql === undefined){
data.pre_sql = [];
}
if(data.post_sql === undefined){
data.post_sql = [];
}
if(data.load_history === undefined){
data.load_history = true;
}
if(data.schema_mapping === undefined){
data.schema_mapping = {};
}
if(data.selected === undefined){
data.selected = true;
}
if(data.include_columns === undefined){
data.include_columns = [];
}
if(data.exclude_columns === undefined){
data.exclude_columns = [];
}
if(data.other_tenants === undefined){
data.other_tenants = "fail";
}
if(data.load_method === undefined){
data.load_method = "upsert";
}
if(data.overwrite_method === undefined){
data.overwrite_method = "delete-insert";
}
if(data.overwrite_when === undefined){
data.overwrite_when = "stream_complete";
}
if(data.hard_delete === undefined){
data.hard_delete = false;
}
if(data.process_activate_version_messages === undefined){
data.process_activate_version_messages = true;
}
if(data.nested_values === undefined){
data.nested_values = "super";
}
if(data.flatten_max_depth === undefined){
data.flatten_max_depth = 10;
}
if(data.flatten_separator === undefined){
data.flatten_separator = "__";
}
if(data.naming === undefined){
data.naming = "exact";
}
if(data.table_names === undefined){
data.table_names = "whole";
}
if(data.require_keys === undefined){
data.require_keys = false;
}
if(data.validate_records === undefined){
data.validate_records = false;
}
if(data.on_invalid === undefined){
data.on_invalid = "fail";
}
if(data.max_rejected === undefined){
data.max_rejected = 1000;
}
if(data.schema_changes === undefined){
data.schema_changes = {};
}
if(data.forbid_ddl === undefined){
data.forbid_ddl = false;
}
if(data.sortkey === undefined){
data.sortkey = [];
}
if(data.sortkey_style === undefined){
data.sortkey_style = "compound";
}
if(data.grant_select_to === undefined){
data.grant_select_to = [];
}
if(data.analyze_after_rows === undefined){
data.analyze_after_rows = 0;
}
if(data.batch_direct_copy === undefined){
data.batch_direct_copy = false;
}
if(data.streams === undefined){
data.streams = {};
}
if(data.hostname === undefined){
const err0 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "hostname"},message:"must have required property '"+"hostname"+"'"};
if(vErrors === null){
vErrors = [err0];
}
else {
vErrors.push(err0);
}
errors++;
}
if(data.database === undefined){
const err1 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "database"},message:"must have required property '"+"database"+"'"};
if(vErrors === null){
vErrors = [err1];
}
else {
vErrors.push(err1);
}
errors++;
}
if(data.s3_bucket === undefined){
const err2 = {instancePath,schemaPath:"#/required",keyword:"required",params:{missingProperty: "s3_bucket"},message:"must have required property '"+"s3_bucket"+"'"};
if(vErrors === null){
vErrors = [err2];
}
else {
vErrors.push(err2);
}
errors++;
}
if(data.hostname !== undefined){
let data0 = data.hostname;
if(typeof data0 === "string"){
if(data0.length < 1){
const err3 = {instancePath:instancePath+"/hostname",schemaPath:"#/properties/hostname/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err3];
}
else {
vErrors.push(err3);
}
errors++;
}
}
else {
const err4 = {instancePath:instancePath+"/hostname",schemaPath:"#/properties/hostname/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err4];
}
else {
vErrors.push(err4);
}
errors++;
}
}
let data1 = data.port;
if(!((typeof data1 == "number") && (!(data1 % 1) && !isNaN(data1)))){
const err5 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err5];
}
else {
vErrors.push(err5);
}
errors++;
}
if(typeof data1 == "number"){
if(data1 > 65535 || isNaN(data1)){
const err6 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err6];
}
else {
vErrors.push(err6);
}
errors++;
}
if(data1 < 1 || isNaN(data1)){
const err7 = {instancePath:instancePath+"/port",schemaPath:"#/properties/port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err7];
}
else {
vErrors.push(err7);
}
errors++;
}
}
if(data.database !== undefined){
let data2 = data.database;
if(typeof data2 === "string"){
if(data2.length < 1){
const err8 = {instancePath:instancePath+"/database",schemaPath:"#/properties/database/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err8];
}
else {
vErrors.push(err8);
}
errors++;
}
}
else {
const err9 = {instancePath:instancePath+"/database",schemaPath:"#/properties/database/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err9];
}
else {
vErrors.push(err9);
}
errors++;
}
}
if(data.user !== undefined){
let data3 = data.user;
if(typeof data3 === "string"){
if(data3.length < 1){
const err10 = {instancePath:instancePath+"/user",schemaPath:"#/properties/user/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err10];
}
else {
vErrors.push(err10);
}
errors++;
}
}
else {
const err11 = {instancePath:instancePath+"/user",schemaPath:"#/properties/user/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err11];
}
else {
vErrors.push(err11);
}
errors++;
}
}
if(data.password !== undefined){
if(typeof data.password !== "string"){
const err12 = {instancePath:instancePath+"/password",schemaPath:"#/properties/password/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err12];
}
else {
vErrors.push(err12);
}
errors++;
}
}
if(data.password_file !== undefined){
if(typeof data.password_file !== "string"){
const err13 = {instancePath:instancePath+"/password_file",schemaPath:"#/properties/password_file/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err13];
}
else {
vErrors.push(err13);
}
errors++;
}
}
if(data.secret_arn !== undefined){
let data6 = data.secret_arn;
if(typeof data6 === "string"){
if(data6.length < 1){
const err14 = {instancePath:instancePath+"/secret_arn",schemaPath:"#/properties/secret_arn/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err14];
}
else {
vErrors.push(err14);
}
errors++;
}
}
else {
const err15 = {instancePath:instancePath+"/secret_arn",schemaPath:"#/properties/secret_arn/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err15];
}
else {
vErrors.push(err15);
}
errors++;
}
}
if(data.cluster_identifier !== undefined){
let data7 = data.cluster_identifier;
if(typeof data7 === "string"){
if(data7.length < 1){
const err16 = {instancePath:instancePath+"/cluster_identifier",schemaPath:"#/properties/cluster_identifier/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err16];
}
else {
vErrors.push(err16);
}
errors++;
}
}
else {
const err17 = {instancePath:instancePath+"/cluster_identifier",schemaPath:"#/properties/cluster_identifier/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err17];
}
else {
vErrors.push(err17);
}
errors++;
}
}
if(data.workgroup_name !== undefined){
let data8 = data.workgroup_name;
if(typeof data8 === "string"){
if(data8.length < 1){
const err18 = {instancePath:instancePath+"/workgroup_name",schemaPath:"#/properties/workgroup_name/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err18];
}
else {
vErrors.push(err18);
}
errors++;
}
}
else {
const err19 = {instancePath:instancePath+"/workgroup_name",schemaPath:"#/properties/workgroup_name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err19];
}
else {
vErrors.push(err19);
}
errors++;
}
}
let data9 = data.db_groups;
if(Array.isArray(data9)){
const len0 = data9.length;
for(let i0=0; i0<len0; i0++){
let data10 = data9[i0];
if(typeof data10 === "string"){
if(data10.length < 1){
const err20 = {instancePath:instancePath+"/db_groups/" + i0,schemaPath:"#/properties/db_groups/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err20];
}
else {
vErrors.push(err20);
}
errors++;
}
}
else {
const err21 = {instancePath:instancePath+"/db_groups/" + i0,schemaPath:"#/properties/db_groups/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err21];
}
else {
vErrors.push(err21);
}
errors++;
}
}
}
else {
const err22 = {instancePath:instancePath+"/db_groups",schemaPath:"#/properties/db_groups/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err22];
}
else {
vErrors.push(err22);
}
errors++;
}
if(typeof data.auto_create_user !== "boolean"){
const err23 = {instancePath:instancePath+"/auto_create_user",schemaPath:"#/properties/auto_create_user/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err23];
}
else {
vErrors.push(err23);
}
errors++;
}
if(data.redshift_region !== undefined){
let data12 = data.redshift_region;
if(typeof data12 === "string"){
if(data12.length < 1){
const err24 = {instancePath:instancePath+"/redshift_region",schemaPath:"#/properties/redshift_region/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err24];
}
else {
vErrors.push(err24);
}
errors++;
}
}
else {
const err25 = {instancePath:instancePath+"/redshift_region",schemaPath:"#/properties/redshift_region/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err25];
}
else {
vErrors.push(err25);
}
errors++;
}
}
let data13 = data.sslmode;
if(typeof data13 !== "string"){
const err26 = {instancePath:instancePath+"/sslmode",schemaPath:"#/properties/sslmode/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err26];
}
else {
vErrors.push(err26);
}
errors++;
}
if(!((((data13 === "verify-full") || (data13 === "verify-ca")) || (data13 === "require")) || (data13 === "disable"))){
const err27 = {instancePath:instancePath+"/sslmode",schemaPath:"#/properties/sslmode/enum",keyword:"enum",params:{allowedValues: schema11.properties.sslmode.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err27];
}
else {
vErrors.push(err27);
}
errors++;
}
if(data.ssl_ca !== undefined){
if(typeof data.ssl_ca !== "string"){
const err28 = {instancePath:instancePath+"/ssl_ca",schemaPath:"#/properties/ssl_ca/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err28];
}
else {
vErrors.push(err28);
}
errors++;
}
}
let data15 = data.connect_timeout_seconds;
if(!((typeof data15 == "number") && (!(data15 % 1) && !isNaN(data15)))){
const err29 = {instancePath:instancePath+"/connect_timeout_seconds",schemaPath:"#/properties/connect_timeout_seconds/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err29];
}
else {
vErrors.push(err29);
}
errors++;
}
if(typeof data15 == "number"){
if(data15 > 600 || isNaN(data15)){
const err30 = {instancePath:instancePath+"/connect_timeout_seconds",schemaPath:"#/properties/connect_timeout_seconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 600},message:"must be <= 600"};
if(vErrors === null){
vErrors = [err30];
}
else {
vErrors.push(err30);
}
errors++;
}
if(data15 < 1 || isNaN(data15)){
const err31 = {instancePath:instancePath+"/connect_timeout_seconds",schemaPath:"#/properties/connect_timeout_seconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err31];
}
else {
vErrors.push(err31);
}
errors++;
}
}
if(typeof data.query_group !== "string"){
const err32 = {instancePath:instancePath+"/query_group",schemaPath:"#/properties/query_group/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err32];
}
else {
vErrors.push(err32);
}
errors++;
}
if(data.ssh_host !== undefined){
let data17 = data.ssh_host;
if(typeof data17 === "string"){
if(data17.length < 1){
const err33 = {instancePath:instancePath+"/ssh_host",schemaPath:"#/properties/ssh_host/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err33];
}
else {
vErrors.push(err33);
}
errors++;
}
}
else {
const err34 = {instancePath:instancePath+"/ssh_host",schemaPath:"#/properties/ssh_host/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err34];
}
else {
vErrors.push(err34);
}
errors++;
}
}
let data18 = data.ssh_port;
if(!((typeof data18 == "number") && (!(data18 % 1) && !isNaN(data18)))){
const err35 = {instancePath:instancePath+"/ssh_port",schemaPath:"#/properties/ssh_port/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err35];
}
else {
vErrors.push(err35);
}
errors++;
}
if(typeof data18 == "number"){
if(data18 > 65535 || isNaN(data18)){
const err36 = {instancePath:instancePath+"/ssh_port",schemaPath:"#/properties/ssh_port/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65535},message:"must be <= 65535"};
if(vErrors === null){
vErrors = [err36];
}
else {
vErrors.push(err36);
}
errors++;
}
if(data18 < 1 || isNaN(data18)){
const err37 = {instancePath:instancePath+"/ssh_port",schemaPath:"#/properties/ssh_port/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err37];
}
else {
vErrors.push(err37);
}
errors++;
}
}
if(data.ssh_user !== undefined){
let data19 = data.ssh_user;
if(typeof data19 === "string"){
if(data19.length < 1){
const err38 = {instancePath:instancePath+"/ssh_user",schemaPath:"#/properties/ssh_user/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err38];
}
else {
vErrors.push(err38);
}
errors++;
}
}
else {
const err39 = {instancePath:instancePath+"/ssh_user",schemaPath:"#/properties/ssh_user/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err39];
}
else {
vErrors.push(err39);
}
errors++;
}
}
if(data.ssh_private_key !== undefined){
let data20 = data.ssh_private_key;
if(typeof data20 === "string"){
if(data20.length < 1){
const err40 = {instancePath:instancePath+"/ssh_private_key",schemaPath:"#/properties/ssh_private_key/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err40];
}
else {
vErrors.push(err40);
}
errors++;
}
}
else {
const err41 = {instancePath:instancePath+"/ssh_private_key",schemaPath:"#/properties/ssh_private_key/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err41];
}
else {
vErrors.push(err41);
}
errors++;
}
}
if(data.ssh_private_key_file !== undefined){
if(typeof data.ssh_private_key_file !== "string"){
const err42 = {instancePath:instancePath+"/ssh_private_key_file",schemaPath:"#/properties/ssh_private_key_file/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err42];
}
else {
vErrors.push(err42);
}
errors++;
}
}
if(data.ssh_private_key_passphrase !== undefined){
if(typeof data.ssh_private_key_passphrase !== "string"){
const err43 = {instancePath:instancePath+"/ssh_private_key_passphrase",schemaPath:"#/properties/ssh_private_key_passphrase/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err43];
}
else {
vErrors.push(err43);
}
errors++;
}
}
if(data.ssh_private_key_passphrase_file !== undefined){
if(typeof data.ssh_private_key_passphrase_file !== "string"){
const err44 = {instancePath:instancePath+"/ssh_private_key_passphrase_file",schemaPath:"#/properties/ssh_private_key_passphrase_file/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err44];
}
else {
vErrors.push(err44);
}
errors++;
}
}
if(data.ssh_password !== undefined){
if(typeof data.ssh_password !== "string"){
const err45 = {instancePath:instancePath+"/ssh_password",schemaPath:"#/properties/ssh_password/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err45];
}
else {
vErrors.push(err45);
}
errors++;
}
}
if(data.ssh_password_file !== undefined){
if(typeof data.ssh_password_file !== "string"){
const err46 = {instancePath:instancePath+"/ssh_password_file",schemaPath:"#/properties/ssh_password_file/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err46];
}
else {
vErrors.push(err46);
}
errors++;
}
}
if(data.ssh_host_fingerprint !== undefined){
let data26 = data.ssh_host_fingerprint;
if(typeof data26 === "string"){
if(data26.length < 1){
const err47 = {instancePath:instancePath+"/ssh_host_fingerprint",schemaPath:"#/properties/ssh_host_fingerprint/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err47];
}
else {
vErrors.push(err47);
}
errors++;
}
}
else {
const err48 = {instancePath:instancePath+"/ssh_host_fingerprint",schemaPath:"#/properties/ssh_host_fingerprint/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err48];
}
else {
vErrors.push(err48);
}
errors++;
}
}
if(data.ssh_known_hosts !== undefined){
let data27 = data.ssh_known_hosts;
if(typeof data27 === "string"){
if(data27.length < 1){
const err49 = {instancePath:instancePath+"/ssh_known_hosts",schemaPath:"#/properties/ssh_known_hosts/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err49];
}
else {
vErrors.push(err49);
}
errors++;
}
}
else {
const err50 = {instancePath:instancePath+"/ssh_known_hosts",schemaPath:"#/properties/ssh_known_hosts/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err50];
}
else {
vErrors.push(err50);
}
errors++;
}
}
if(typeof data.ssh_host_key_check !== "boolean"){
const err51 = {instancePath:instancePath+"/ssh_host_key_check",schemaPath:"#/properties/ssh_host_key_check/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err51];
}
else {
vErrors.push(err51);
}
errors++;
}
if(data.s3_bucket !== undefined){
let data29 = data.s3_bucket;
if(typeof data29 === "string"){
if(data29.length < 1){
const err52 = {instancePath:instancePath+"/s3_bucket",schemaPath:"#/properties/s3_bucket/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err52];
}
else {
vErrors.push(err52);
}
errors++;
}
}
else {
const err53 = {instancePath:instancePath+"/s3_bucket",schemaPath:"#/properties/s3_bucket/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err53];
}
else {
vErrors.push(err53);
}
errors++;
}
}
if(typeof data.s3_prefix !== "string"){
const err54 = {instancePath:instancePath+"/s3_prefix",schemaPath:"#/properties/s3_prefix/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err54];
}
else {
vErrors.push(err54);
}
errors++;
}
if(data.s3_region !== undefined){
if(typeof data.s3_region !== "string"){
const err55 = {instancePath:instancePath+"/s3_region",schemaPath:"#/properties/s3_region/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err55];
}
else {
vErrors.push(err55);
}
errors++;
}
}
if(data.s3_endpoint !== undefined){
if(typeof data.s3_endpoint !== "string"){
const err56 = {instancePath:instancePath+"/s3_endpoint",schemaPath:"#/properties/s3_endpoint/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err56];
}
else {
vErrors.push(err56);
}
errors++;
}
}
if(typeof data.s3_force_path_style !== "boolean"){
const err57 = {instancePath:instancePath+"/s3_force_path_style",schemaPath:"#/properties/s3_force_path_style/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err57];
}
else {
vErrors.push(err57);
}
errors++;
}
let data34 = data.s3_encryption;
if(typeof data34 !== "string"){
const err58 = {instancePath:instancePath+"/s3_encryption",schemaPath:"#/properties/s3_encryption/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err58];
}
else {
vErrors.push(err58);
}
errors++;
}
if(!(((data34 === "bucket-default") || (data34 === "sse-s3")) || (data34 === "sse-kms"))){
const err59 = {instancePath:instancePath+"/s3_encryption",schemaPath:"#/properties/s3_encryption/enum",keyword:"enum",params:{allowedValues: schema11.properties.s3_encryption.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err59];
}
else {
vErrors.push(err59);
}
errors++;
}
if(data.s3_kms_key_id !== undefined){
let data35 = data.s3_kms_key_id;
if(typeof data35 === "string"){
if(data35.length < 1){
const err60 = {instancePath:instancePath+"/s3_kms_key_id",schemaPath:"#/properties/s3_kms_key_id/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err60];
}
else {
vErrors.push(err60);
}
errors++;
}
}
else {
const err61 = {instancePath:instancePath+"/s3_kms_key_id",schemaPath:"#/properties/s3_kms_key_id/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err61];
}
else {
vErrors.push(err61);
}
errors++;
}
}
if(data.s3_bucket_owner !== undefined){
let data36 = data.s3_bucket_owner;
if(typeof data36 === "string"){
if(data36.length < 1){
const err62 = {instancePath:instancePath+"/s3_bucket_owner",schemaPath:"#/properties/s3_bucket_owner/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err62];
}
else {
vErrors.push(err62);
}
errors++;
}
}
else {
const err63 = {instancePath:instancePath+"/s3_bucket_owner",schemaPath:"#/properties/s3_bucket_owner/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err63];
}
else {
vErrors.push(err63);
}
errors++;
}
}
if(data.s3_acl !== undefined){
let data37 = data.s3_acl;
if(typeof data37 === "string"){
if(data37.length < 1){
const err64 = {instancePath:instancePath+"/s3_acl",schemaPath:"#/properties/s3_acl/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err64];
}
else {
vErrors.push(err64);
}
errors++;
}
}
else {
const err65 = {instancePath:instancePath+"/s3_acl",schemaPath:"#/properties/s3_acl/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err65];
}
else {
vErrors.push(err65);
}
errors++;
}
}
if(data.iam_role !== undefined){
if(typeof data.iam_role !== "string"){
const err66 = {instancePath:instancePath+"/iam_role",schemaPath:"#/properties/iam_role/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err66];
}
else {
vErrors.push(err66);
}
errors++;
}
}
let data39 = data.copy_credentials;
if(typeof data39 !== "string"){
const err67 = {instancePath:instancePath+"/copy_credentials",schemaPath:"#/properties/copy_credentials/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err67];
}
else {
vErrors.push(err67);
}
errors++;
}
if(!((((data39 === "auto") || (data39 === "role")) || (data39 === "keys")) || (data39 === "temporary"))){
const err68 = {instancePath:instancePath+"/copy_credentials",schemaPath:"#/properties/copy_credentials/enum",keyword:"enum",params:{allowedValues: schema11.properties.copy_credentials.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err68];
}
else {
vErrors.push(err68);
}
errors++;
}
if(data.aws_access_key_id !== undefined){
if(typeof data.aws_access_key_id !== "string"){
const err69 = {instancePath:instancePath+"/aws_access_key_id",schemaPath:"#/properties/aws_access_key_id/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err69];
}
else {
vErrors.push(err69);
}
errors++;
}
}
if(data.aws_secret_access_key !== undefined){
if(typeof data.aws_secret_access_key !== "string"){
const err70 = {instancePath:instancePath+"/aws_secret_access_key",schemaPath:"#/properties/aws_secret_access_key/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err70];
}
else {
vErrors.push(err70);
}
errors++;
}
}
if(data.aws_secret_access_key_file !== undefined){
if(typeof data.aws_secret_access_key_file !== "string"){
const err71 = {instancePath:instancePath+"/aws_secret_access_key_file",schemaPath:"#/properties/aws_secret_access_key_file/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err71];
}
else {
vErrors.push(err71);
}
errors++;
}
}
if(data.aws_session_token !== undefined){
if(typeof data.aws_session_token !== "string"){
const err72 = {instancePath:instancePath+"/aws_session_token",schemaPath:"#/properties/aws_session_token/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err72];
}
else {
vErrors.push(err72);
}
errors++;
}
}
if(data.aws_session_token_file !== undefined){
if(typeof data.aws_session_token_file !== "string"){
const err73 = {instancePath:instancePath+"/aws_session_token_file",schemaPath:"#/properties/aws_session_token_file/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err73];
}
else {
vErrors.push(err73);
}
errors++;
}
}
if(data.aws_profile !== undefined){
let data45 = data.aws_profile;
if(typeof data45 === "string"){
if(data45.length < 1){
const err74 = {instancePath:instancePath+"/aws_profile",schemaPath:"#/properties/aws_profile/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err74];
}
else {
vErrors.push(err74);
}
errors++;
}
}
else {
const err75 = {instancePath:instancePath+"/aws_profile",schemaPath:"#/properties/aws_profile/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err75];
}
else {
vErrors.push(err75);
}
errors++;
}
}
if(data.assume_role_arn !== undefined){
let data46 = data.assume_role_arn;
if(typeof data46 === "string"){
if(data46.length < 1){
const err76 = {instancePath:instancePath+"/assume_role_arn",schemaPath:"#/properties/assume_role_arn/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err76];
}
else {
vErrors.push(err76);
}
errors++;
}
}
else {
const err77 = {instancePath:instancePath+"/assume_role_arn",schemaPath:"#/properties/assume_role_arn/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err77];
}
else {
vErrors.push(err77);
}
errors++;
}
}
if(data.assume_role_external_id !== undefined){
let data47 = data.assume_role_external_id;
if(typeof data47 === "string"){
if(data47.length < 1){
const err78 = {instancePath:instancePath+"/assume_role_external_id",schemaPath:"#/properties/assume_role_external_id/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err78];
}
else {
vErrors.push(err78);
}
errors++;
}
}
else {
const err79 = {instancePath:instancePath+"/assume_role_external_id",schemaPath:"#/properties/assume_role_external_id/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err79];
}
else {
vErrors.push(err79);
}
errors++;
}
}
let data48 = data.target_schema;
if(typeof data48 === "string"){
if(data48.length < 1){
const err80 = {instancePath:instancePath+"/target_schema",schemaPath:"#/properties/target_schema/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err80];
}
else {
vErrors.push(err80);
}
errors++;
}
}
else {
const err81 = {instancePath:instancePath+"/target_schema",schemaPath:"#/properties/target_schema/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err81];
}
else {
vErrors.push(err81);
}
errors++;
}
let data49 = data.batch_size_rows;
if(!((typeof data49 == "number") && (!(data49 % 1) && !isNaN(data49)))){
const err82 = {instancePath:instancePath+"/batch_size_rows",schemaPath:"#/properties/batch_size_rows/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err82];
}
else {
vErrors.push(err82);
}
errors++;
}
if(typeof data49 == "number"){
if(data49 > 1000000000 || isNaN(data49)){
const err83 = {instancePath:instancePath+"/batch_size_rows",schemaPath:"#/properties/batch_size_rows/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000"};
if(vErrors === null){
vErrors = [err83];
}
else {
vErrors.push(err83);
}
errors++;
}
if(data49 < 1 || isNaN(data49)){
const err84 = {instancePath:instancePath+"/batch_size_rows",schemaPath:"#/properties/batch_size_rows/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err84];
}
else {
vErrors.push(err84);
}
errors++;
}
}
let data50 = data.batch_size_bytes;
if(!((typeof data50 == "number") && (!(data50 % 1) && !isNaN(data50)))){
const err85 = {instancePath:instancePath+"/batch_size_bytes",schemaPath:"#/properties/batch_size_bytes/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err85];
}
else {
vErrors.push(err85);
}
errors++;
}
if(typeof data50 == "number"){
if(data50 > 1099511627776 || isNaN(data50)){
const err86 = {instancePath:instancePath+"/batch_size_bytes",schemaPath:"#/properties/batch_size_bytes/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1099511627776},message:"must be <= 1099511627776"};
if(vErrors === null){
vErrors = [err86];
}
else {
vErrors.push(err86);
}
errors++;
}
if(data50 < 1024 || isNaN(data50)){
const err87 = {instancePath:instancePath+"/batch_size_bytes",schemaPath:"#/properties/batch_size_bytes/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1024},message:"must be >= 1024"};
if(vErrors === null){
vErrors = [err87];
}
else {
vErrors.push(err87);
}
errors++;
}
}
let data51 = data.batch_max_age_seconds;
if(!((typeof data51 == "number") && (!(data51 % 1) && !isNaN(data51)))){
const err88 = {instancePath:instancePath+"/batch_max_age_seconds",schemaPath:"#/properties/batch_max_age_seconds/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err88];
}
else {
vErrors.push(err88);
}
errors++;
}
if(typeof data51 == "number"){
if(data51 > 86400 || isNaN(data51)){
const err89 = {instancePath:instancePath+"/batch_max_age_seconds",schemaPath:"#/properties/batch_max_age_seconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},message:"must be <= 86400"};
if(vErrors === null){
vErrors = [err89];
}
else {
vErrors.push(err89);
}
errors++;
}
if(data51 < 1 || isNaN(data51)){
const err90 = {instancePath:instancePath+"/batch_max_age_seconds",schemaPath:"#/properties/batch_max_age_seconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err90];
}
else {
vErrors.push(err90);
}
errors++;
}
}
let data52 = data.max_parallel_loads;
if(!((typeof data52 == "number") && (!(data52 % 1) && !isNaN(data52)))){
const err91 = {instancePath:instancePath+"/max_parallel_loads",schemaPath:"#/properties/max_parallel_loads/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err91];
}
else {
vErrors.push(err91);
}
errors++;
}
if(typeof data52 == "number"){
if(data52 > 50 || isNaN(data52)){
const err92 = {instancePath:instancePath+"/max_parallel_loads",schemaPath:"#/properties/max_parallel_loads/maximum",keyword:"maximum",params:{comparison: "<=", limit: 50},message:"must be <= 50"};
if(vErrors === null){
vErrors = [err92];
}
else {
vErrors.push(err92);
}
errors++;
}
if(data52 < 1 || isNaN(data52)){
const err93 = {instancePath:instancePath+"/max_parallel_loads",schemaPath:"#/properties/max_parallel_loads/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err93];
}
else {
vErrors.push(err93);
}
errors++;
}
}
if(typeof data.fail_on_empty !== "boolean"){
const err94 = {instancePath:instancePath+"/fail_on_empty",schemaPath:"#/properties/fail_on_empty/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err94];
}
else {
vErrors.push(err94);
}
errors++;
}
if(data.mask_salt !== undefined){
let data54 = data.mask_salt;
if(typeof data54 === "string"){
if(data54.length < 16){
const err95 = {instancePath:instancePath+"/mask_salt",schemaPath:"#/properties/mask_salt/minLength",keyword:"minLength",params:{limit: 16},message:"must NOT have fewer than 16 characters"};
if(vErrors === null){
vErrors = [err95];
}
else {
vErrors.push(err95);
}
errors++;
}
}
else {
const err96 = {instancePath:instancePath+"/mask_salt",schemaPath:"#/properties/mask_salt/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err96];
}
else {
vErrors.push(err96);
}
errors++;
}
}
if(data.mask_salt_file !== undefined){
if(typeof data.mask_salt_file !== "string"){
const err97 = {instancePath:instancePath+"/mask_salt_file",schemaPath:"#/properties/mask_salt_file/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err97];
}
else {
vErrors.push(err97);
}
errors++;
}
}
if(data.pipeline !== undefined){
let data56 = data.pipeline;
if(typeof data56 === "string"){
if(data56.length < 1){
const err98 = {instancePath:instancePath+"/pipeline",schemaPath:"#/properties/pipeline/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err98];
}
else {
vErrors.push(err98);
}
errors++;
}
}
else {
const err99 = {instancePath:instancePath+"/pipeline",schemaPath:"#/properties/pipeline/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err99];
}
else {
vErrors.push(err99);
}
errors++;
}
}
if(typeof data.exactly_once !== "boolean"){
const err100 = {instancePath:instancePath+"/exactly_once",schemaPath:"#/properties/exactly_once/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err100];
}
else {
vErrors.push(err100);
}
errors++;
}
if(typeof data.group_commit !== "boolean"){
const err101 = {instancePath:instancePath+"/group_commit",schemaPath:"#/properties/group_commit/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err101];
}
else {
vErrors.push(err101);
}
errors++;
}
let data59 = data.memory_budget_mb;
if(!((typeof data59 == "number") && (!(data59 % 1) && !isNaN(data59)))){
const err102 = {instancePath:instancePath+"/memory_budget_mb",schemaPath:"#/properties/memory_budget_mb/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err102];
}
else {
vErrors.push(err102);
}
errors++;
}
if(typeof data59 == "number"){
if(data59 > 65536 || isNaN(data59)){
const err103 = {instancePath:instancePath+"/memory_budget_mb",schemaPath:"#/properties/memory_budget_mb/maximum",keyword:"maximum",params:{comparison: "<=", limit: 65536},message:"must be <= 65536"};
if(vErrors === null){
vErrors = [err103];
}
else {
vErrors.push(err103);
}
errors++;
}
if(data59 < 16 || isNaN(data59)){
const err104 = {instancePath:instancePath+"/memory_budget_mb",schemaPath:"#/properties/memory_budget_mb/minimum",keyword:"minimum",params:{comparison: ">=", limit: 16},message:"must be >= 16"};
if(vErrors === null){
vErrors = [err104];
}
else {
vErrors.push(err104);
}
errors++;
}
}
let data60 = data.compression;
if(typeof data60 !== "string"){
const err105 = {instancePath:instancePath+"/compression",schemaPath:"#/properties/compression/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err105];
}
else {
vErrors.push(err105);
}
errors++;
}
if(!(((data60 === "auto") || (data60 === "gzip")) || (data60 === "zstd"))){
const err106 = {instancePath:instancePath+"/compression",schemaPath:"#/properties/compression/enum",keyword:"enum",params:{allowedValues: schema11.properties.compression.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err106];
}
else {
vErrors.push(err106);
}
errors++;
}
let data61 = data.gzip_level;
if(!((typeof data61 == "number") && (!(data61 % 1) && !isNaN(data61)))){
const err107 = {instancePath:instancePath+"/gzip_level",schemaPath:"#/properties/gzip_level/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err107];
}
else {
vErrors.push(err107);
}
errors++;
}
if(typeof data61 == "number"){
if(data61 > 9 || isNaN(data61)){
const err108 = {instancePath:instancePath+"/gzip_level",schemaPath:"#/properties/gzip_level/maximum",keyword:"maximum",params:{comparison: "<=", limit: 9},message:"must be <= 9"};
if(vErrors === null){
vErrors = [err108];
}
else {
vErrors.push(err108);
}
errors++;
}
if(data61 < 1 || isNaN(data61)){
const err109 = {instancePath:instancePath+"/gzip_level",schemaPath:"#/properties/gzip_level/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err109];
}
else {
vErrors.push(err109);
}
errors++;
}
}
if(typeof data.keep_s3_files !== "boolean"){
const err110 = {instancePath:instancePath+"/keep_s3_files",schemaPath:"#/properties/keep_s3_files/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err110];
}
else {
vErrors.push(err110);
}
errors++;
}
let data63 = data.stale_after_hours;
if(!((typeof data63 == "number") && (!(data63 % 1) && !isNaN(data63)))){
const err111 = {instancePath:instancePath+"/stale_after_hours",schemaPath:"#/properties/stale_after_hours/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err111];
}
else {
vErrors.push(err111);
}
errors++;
}
if(typeof data63 == "number"){
if(data63 > 8760 || isNaN(data63)){
const err112 = {instancePath:instancePath+"/stale_after_hours",schemaPath:"#/properties/stale_after_hours/maximum",keyword:"maximum",params:{comparison: "<=", limit: 8760},message:"must be <= 8760"};
if(vErrors === null){
vErrors = [err112];
}
else {
vErrors.push(err112);
}
errors++;
}
if(data63 < 1 || isNaN(data63)){
const err113 = {instancePath:instancePath+"/stale_after_hours",schemaPath:"#/properties/stale_after_hours/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err113];
}
else {
vErrors.push(err113);
}
errors++;
}
}
let data64 = data.statement_timeout_seconds;
if(!((typeof data64 == "number") && (!(data64 % 1) && !isNaN(data64)))){
const err114 = {instancePath:instancePath+"/statement_timeout_seconds",schemaPath:"#/properties/statement_timeout_seconds/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err114];
}
else {
vErrors.push(err114);
}
errors++;
}
if(typeof data64 == "number"){
if(data64 > 86400 || isNaN(data64)){
const err115 = {instancePath:instancePath+"/statement_timeout_seconds",schemaPath:"#/properties/statement_timeout_seconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},message:"must be <= 86400"};
if(vErrors === null){
vErrors = [err115];
}
else {
vErrors.push(err115);
}
errors++;
}
if(data64 < 10 || isNaN(data64)){
const err116 = {instancePath:instancePath+"/statement_timeout_seconds",schemaPath:"#/properties/statement_timeout_seconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 10},message:"must be >= 10"};
if(vErrors === null){
vErrors = [err116];
}
else {
vErrors.push(err116);
}
errors++;
}
}
let data65 = data.heartbeat_seconds;
if(!((typeof data65 == "number") && (!(data65 % 1) && !isNaN(data65)))){
const err117 = {instancePath:instancePath+"/heartbeat_seconds",schemaPath:"#/properties/heartbeat_seconds/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err117];
}
else {
vErrors.push(err117);
}
errors++;
}
if(typeof data65 == "number"){
if(data65 > 3600 || isNaN(data65)){
const err118 = {instancePath:instancePath+"/heartbeat_seconds",schemaPath:"#/properties/heartbeat_seconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600},message:"must be <= 3600"};
if(vErrors === null){
vErrors = [err118];
}
else {
vErrors.push(err118);
}
errors++;
}
if(data65 < 1 || isNaN(data65)){
const err119 = {instancePath:instancePath+"/heartbeat_seconds",schemaPath:"#/properties/heartbeat_seconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err119];
}
else {
vErrors.push(err119);
}
errors++;
}
}
let data66 = data.retry_for_seconds;
if(!((typeof data66 == "number") && (!(data66 % 1) && !isNaN(data66)))){
const err120 = {instancePath:instancePath+"/retry_for_seconds",schemaPath:"#/properties/retry_for_seconds/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err120];
}
else {
vErrors.push(err120);
}
errors++;
}
if(typeof data66 == "number"){
if(data66 > 86400 || isNaN(data66)){
const err121 = {instancePath:instancePath+"/retry_for_seconds",schemaPath:"#/properties/retry_for_seconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 86400},message:"must be <= 86400"};
if(vErrors === null){
vErrors = [err121];
}
else {
vErrors.push(err121);
}
errors++;
}
if(data66 < 0 || isNaN(data66)){
const err122 = {instancePath:instancePath+"/retry_for_seconds",schemaPath:"#/properties/retry_for_seconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err122];
}
else {
vErrors.push(err122);
}
errors++;
}
}
if(data.max_load_attempts !== undefined){
let data67 = data.max_load_attempts;
if(!((typeof data67 == "number") && (!(data67 % 1) && !isNaN(data67)))){
const err123 = {instancePath:instancePath+"/max_load_attempts",schemaPath:"#/properties/max_load_attempts/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err123];
}
else {
vErrors.push(err123);
}
errors++;
}
if(typeof data67 == "number"){
if(data67 > 100 || isNaN(data67)){
const err124 = {instancePath:instancePath+"/max_load_attempts",schemaPath:"#/properties/max_load_attempts/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err124];
}
else {
vErrors.push(err124);
}
errors++;
}
if(data67 < 1 || isNaN(data67)){
const err125 = {instancePath:instancePath+"/max_load_attempts",schemaPath:"#/properties/max_load_attempts/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err125];
}
else {
vErrors.push(err125);
}
errors++;
}
}
}
let data68 = data.shutdown_grace_seconds;
if(!((typeof data68 == "number") && (!(data68 % 1) && !isNaN(data68)))){
const err126 = {instancePath:instancePath+"/shutdown_grace_seconds",schemaPath:"#/properties/shutdown_grace_seconds/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err126];
}
else {
vErrors.push(err126);
}
errors++;
}
if(typeof data68 == "number"){
if(data68 > 3600 || isNaN(data68)){
const err127 = {instancePath:instancePath+"/shutdown_grace_seconds",schemaPath:"#/properties/shutdown_grace_seconds/maximum",keyword:"maximum",params:{comparison: "<=", limit: 3600},message:"must be <= 3600"};
if(vErrors === null){
vErrors = [err127];
}
else {
vErrors.push(err127);
}
errors++;
}
if(data68 < 0 || isNaN(data68)){
const err128 = {instancePath:instancePath+"/shutdown_grace_seconds",schemaPath:"#/properties/shutdown_grace_seconds/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err128];
}
else {
vErrors.push(err128);
}
errors++;
}
}
let data69 = data.log_level;
if(typeof data69 !== "string"){
const err129 = {instancePath:instancePath+"/log_level",schemaPath:"#/properties/log_level/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err129];
}
else {
vErrors.push(err129);
}
errors++;
}
if(!((((data69 === "debug") || (data69 === "info")) || (data69 === "warn")) || (data69 === "error"))){
const err130 = {instancePath:instancePath+"/log_level",schemaPath:"#/properties/log_level/enum",keyword:"enum",params:{allowedValues: schema11.properties.log_level.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err130];
}
else {
vErrors.push(err130);
}
errors++;
}
let data70 = data.log_format;
if(typeof data70 !== "string"){
const err131 = {instancePath:instancePath+"/log_format",schemaPath:"#/properties/log_format/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err131];
}
else {
vErrors.push(err131);
}
errors++;
}
if(!((((data70 === "auto") || (data70 === "json")) || (data70 === "pretty")) || (data70 === "singer"))){
const err132 = {instancePath:instancePath+"/log_format",schemaPath:"#/properties/log_format/enum",keyword:"enum",params:{allowedValues: schema11.properties.log_format.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err132];
}
else {
vErrors.push(err132);
}
errors++;
}
if(data.batch_locations !== undefined){
let data71 = data.batch_locations;
if(Array.isArray(data71)){
const len1 = data71.length;
for(let i1=0; i1<len1; i1++){
let data72 = data71[i1];
if(typeof data72 === "string"){
if(data72.length < 1){
const err133 = {instancePath:instancePath+"/batch_locations/" + i1,schemaPath:"#/properties/batch_locations/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err133];
}
else {
vErrors.push(err133);
}
errors++;
}
}
else {
const err134 = {instancePath:instancePath+"/batch_locations/" + i1,schemaPath:"#/properties/batch_locations/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err134];
}
else {
vErrors.push(err134);
}
errors++;
}
}
}
else {
const err135 = {instancePath:instancePath+"/batch_locations",schemaPath:"#/properties/batch_locations/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err135];
}
else {
vErrors.push(err135);
}
errors++;
}
}
let data73 = data.pre_sql;
if(Array.isArray(data73)){
const len2 = data73.length;
for(let i2=0; i2<len2; i2++){
let data74 = data73[i2];
if(typeof data74 === "string"){
if(data74.length < 1){
const err136 = {instancePath:instancePath+"/pre_sql/" + i2,schemaPath:"#/properties/pre_sql/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err136];
}
else {
vErrors.push(err136);
}
errors++;
}
}
else {
const err137 = {instancePath:instancePath+"/pre_sql/" + i2,schemaPath:"#/properties/pre_sql/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err137];
}
else {
vErrors.push(err137);
}
errors++;
}
}
}
else {
const err138 = {instancePath:instancePath+"/pre_sql",schemaPath:"#/properties/pre_sql/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err138];
}
else {
vErrors.push(err138);
}
errors++;
}
let data75 = data.post_sql;
if(Array.isArray(data75)){
const len3 = data75.length;
for(let i3=0; i3<len3; i3++){
let data76 = data75[i3];
if(typeof data76 === "string"){
if(data76.length < 1){
const err139 = {instancePath:instancePath+"/post_sql/" + i3,schemaPath:"#/properties/post_sql/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err139];
}
else {
vErrors.push(err139);
}
errors++;
}
}
else {
const err140 = {instancePath:instancePath+"/post_sql/" + i3,schemaPath:"#/properties/post_sql/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err140];
}
else {
vErrors.push(err140);
}
errors++;
}
}
}
else {
const err141 = {instancePath:instancePath+"/post_sql",schemaPath:"#/properties/post_sql/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err141];
}
else {
vErrors.push(err141);
}
errors++;
}
if(typeof data.load_history !== "boolean"){
const err142 = {instancePath:instancePath+"/load_history",schemaPath:"#/properties/load_history/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err142];
}
else {
vErrors.push(err142);
}
errors++;
}
if(data.rejected_prefix !== undefined){
if(typeof data.rejected_prefix !== "string"){
const err143 = {instancePath:instancePath+"/rejected_prefix",schemaPath:"#/properties/rejected_prefix/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err143];
}
else {
vErrors.push(err143);
}
errors++;
}
}
let data79 = data.schema_mapping;
if(data79 && typeof data79 == "object" && !Array.isArray(data79)){
for(const key0 in data79){
let data80 = data79[key0];
if((typeof data80 !== "string") && (!(data80 && typeof data80 == "object" && !Array.isArray(data80)))){
const err144 = {instancePath:instancePath+"/schema_mapping/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/schema_mapping/additionalProperties/type",keyword:"type",params:{type: schema11.properties.schema_mapping.additionalProperties.type},message:"must be string,object"};
if(vErrors === null){
vErrors = [err144];
}
else {
vErrors.push(err144);
}
errors++;
}
if(typeof data80 === "string"){
if(data80.length < 1){
const err145 = {instancePath:instancePath+"/schema_mapping/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/schema_mapping/additionalProperties/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err145];
}
else {
vErrors.push(err145);
}
errors++;
}
}
if(data80 && typeof data80 == "object" && !Array.isArray(data80)){
if(data80.schema === undefined){
const err146 = {instancePath:instancePath+"/schema_mapping/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/schema_mapping/additionalProperties/required",keyword:"required",params:{missingProperty: "schema"},message:"must have required property '"+"schema"+"'"};
if(vErrors === null){
vErrors = [err146];
}
else {
vErrors.push(err146);
}
errors++;
}
for(const key1 in data80){
if(!((key1 === "schema") || (key1 === "grant_select_to"))){
const err147 = {instancePath:instancePath+"/schema_mapping/" + key0.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/schema_mapping/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key1},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err147];
}
else {
vErrors.push(err147);
}
errors++;
}
}
if(data80.schema !== undefined){
let data81 = data80.schema;
if(typeof data81 === "string"){
if(data81.length < 1){
const err148 = {instancePath:instancePath+"/schema_mapping/" + key0.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema",schemaPath:"#/properties/schema_mapping/additionalProperties/properties/schema/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err148];
}
else {
vErrors.push(err148);
}
errors++;
}
}
else {
const err149 = {instancePath:instancePath+"/schema_mapping/" + key0.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema",schemaPath:"#/properties/schema_mapping/additionalProperties/properties/schema/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err149];
}
else {
vErrors.push(err149);
}
errors++;
}
}
if(data80.grant_select_to !== undefined){
let data82 = data80.grant_select_to;
if(Array.isArray(data82)){
const len4 = data82.length;
for(let i4=0; i4<len4; i4++){
let data83 = data82[i4];
if(typeof data83 === "string"){
if(data83.length < 1){
const err150 = {instancePath:instancePath+"/schema_mapping/" + key0.replace(/~/g, "~0").replace(/\//g, "~1")+"/grant_select_to/" + i4,schemaPath:"#/properties/schema_mapping/additionalProperties/properties/grant_select_to/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err150];
}
else {
vErrors.push(err150);
}
errors++;
}
}
else {
const err151 = {instancePath:instancePath+"/schema_mapping/" + key0.replace(/~/g, "~0").replace(/\//g, "~1")+"/grant_select_to/" + i4,schemaPath:"#/properties/schema_mapping/additionalProperties/properties/grant_select_to/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err151];
}
else {
vErrors.push(err151);
}
errors++;
}
}
}
else {
const err152 = {instancePath:instancePath+"/schema_mapping/" + key0.replace(/~/g, "~0").replace(/\//g, "~1")+"/grant_select_to",schemaPath:"#/properties/schema_mapping/additionalProperties/properties/grant_select_to/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err152];
}
else {
vErrors.push(err152);
}
errors++;
}
}
}
}
}
else {
const err153 = {instancePath:instancePath+"/schema_mapping",schemaPath:"#/properties/schema_mapping/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err153];
}
else {
vErrors.push(err153);
}
errors++;
}
if(data.unknown_options !== undefined){
let data84 = data.unknown_options;
if(typeof data84 !== "string"){
const err154 = {instancePath:instancePath+"/unknown_options",schemaPath:"#/properties/unknown_options/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err154];
}
else {
vErrors.push(err154);
}
errors++;
}
if(!((data84 === "warn") || (data84 === "fail"))){
const err155 = {instancePath:instancePath+"/unknown_options",schemaPath:"#/properties/unknown_options/enum",keyword:"enum",params:{allowedValues: schema11.properties.unknown_options.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err155];
}
else {
vErrors.push(err155);
}
errors++;
}
}
if(typeof data.selected !== "boolean"){
const err156 = {instancePath:instancePath+"/selected",schemaPath:"#/properties/selected/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err156];
}
else {
vErrors.push(err156);
}
errors++;
}
let data86 = data.include_columns;
if(Array.isArray(data86)){
const len5 = data86.length;
for(let i5=0; i5<len5; i5++){
let data87 = data86[i5];
if(typeof data87 === "string"){
if(data87.length < 1){
const err157 = {instancePath:instancePath+"/include_columns/" + i5,schemaPath:"#/properties/include_columns/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err157];
}
else {
vErrors.push(err157);
}
errors++;
}
}
else {
const err158 = {instancePath:instancePath+"/include_columns/" + i5,schemaPath:"#/properties/include_columns/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err158];
}
else {
vErrors.push(err158);
}
errors++;
}
}
}
else {
const err159 = {instancePath:instancePath+"/include_columns",schemaPath:"#/properties/include_columns/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err159];
}
else {
vErrors.push(err159);
}
errors++;
}
let data88 = data.exclude_columns;
if(Array.isArray(data88)){
const len6 = data88.length;
for(let i6=0; i6<len6; i6++){
let data89 = data88[i6];
if(typeof data89 === "string"){
if(data89.length < 1){
const err160 = {instancePath:instancePath+"/exclude_columns/" + i6,schemaPath:"#/properties/exclude_columns/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err160];
}
else {
vErrors.push(err160);
}
errors++;
}
}
else {
const err161 = {instancePath:instancePath+"/exclude_columns/" + i6,schemaPath:"#/properties/exclude_columns/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err161];
}
else {
vErrors.push(err161);
}
errors++;
}
}
}
else {
const err162 = {instancePath:instancePath+"/exclude_columns",schemaPath:"#/properties/exclude_columns/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err162];
}
else {
vErrors.push(err162);
}
errors++;
}
if(data.table_prefix !== undefined){
if(typeof data.table_prefix !== "string"){
const err163 = {instancePath:instancePath+"/table_prefix",schemaPath:"#/properties/table_prefix/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err163];
}
else {
vErrors.push(err163);
}
errors++;
}
}
if(data.tenant_column !== undefined){
let data91 = data.tenant_column;
if(typeof data91 === "string"){
if(data91.length < 1){
const err164 = {instancePath:instancePath+"/tenant_column",schemaPath:"#/properties/tenant_column/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err164];
}
else {
vErrors.push(err164);
}
errors++;
}
}
else {
const err165 = {instancePath:instancePath+"/tenant_column",schemaPath:"#/properties/tenant_column/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err165];
}
else {
vErrors.push(err165);
}
errors++;
}
}
if(data.tenant_id !== undefined){
let data92 = data.tenant_id;
if(typeof data92 === "string"){
if(data92.length < 1){
const err166 = {instancePath:instancePath+"/tenant_id",schemaPath:"#/properties/tenant_id/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err166];
}
else {
vErrors.push(err166);
}
errors++;
}
}
else {
const err167 = {instancePath:instancePath+"/tenant_id",schemaPath:"#/properties/tenant_id/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err167];
}
else {
vErrors.push(err167);
}
errors++;
}
}
let data93 = data.other_tenants;
if(typeof data93 !== "string"){
const err168 = {instancePath:instancePath+"/other_tenants",schemaPath:"#/properties/other_tenants/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err168];
}
else {
vErrors.push(err168);
}
errors++;
}
if(!(((data93 === "fail") || (data93 === "quarantine")) || (data93 === "allow"))){
const err169 = {instancePath:instancePath+"/other_tenants",schemaPath:"#/properties/other_tenants/enum",keyword:"enum",params:{allowedValues: schema11.properties.other_tenants.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err169];
}
else {
vErrors.push(err169);
}
errors++;
}
let data94 = data.load_method;
if(typeof data94 !== "string"){
const err170 = {instancePath:instancePath+"/load_method",schemaPath:"#/properties/load_method/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err170];
}
else {
vErrors.push(err170);
}
errors++;
}
if(!((((data94 === "upsert") || (data94 === "append-only")) || (data94 === "insert-only")) || (data94 === "overwrite"))){
const err171 = {instancePath:instancePath+"/load_method",schemaPath:"#/properties/load_method/enum",keyword:"enum",params:{allowedValues: schema11.properties.load_method.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err171];
}
else {
vErrors.push(err171);
}
errors++;
}
let data95 = data.overwrite_method;
if(typeof data95 !== "string"){
const err172 = {instancePath:instancePath+"/overwrite_method",schemaPath:"#/properties/overwrite_method/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err172];
}
else {
vErrors.push(err172);
}
errors++;
}
if(!((data95 === "delete-insert") || (data95 === "swap"))){
const err173 = {instancePath:instancePath+"/overwrite_method",schemaPath:"#/properties/overwrite_method/enum",keyword:"enum",params:{allowedValues: schema11.properties.overwrite_method.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err173];
}
else {
vErrors.push(err173);
}
errors++;
}
let data96 = data.overwrite_when;
if(typeof data96 !== "string"){
const err174 = {instancePath:instancePath+"/overwrite_when",schemaPath:"#/properties/overwrite_when/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err174];
}
else {
vErrors.push(err174);
}
errors++;
}
if(!((data96 === "stream_complete") || (data96 === "end_of_input"))){
const err175 = {instancePath:instancePath+"/overwrite_when",schemaPath:"#/properties/overwrite_when/enum",keyword:"enum",params:{allowedValues: schema11.properties.overwrite_when.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err175];
}
else {
vErrors.push(err175);
}
errors++;
}
if(typeof data.hard_delete !== "boolean"){
const err176 = {instancePath:instancePath+"/hard_delete",schemaPath:"#/properties/hard_delete/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err176];
}
else {
vErrors.push(err176);
}
errors++;
}
if(typeof data.process_activate_version_messages !== "boolean"){
const err177 = {instancePath:instancePath+"/process_activate_version_messages",schemaPath:"#/properties/process_activate_version_messages/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err177];
}
else {
vErrors.push(err177);
}
errors++;
}
if(data.add_record_metadata !== undefined){
if(typeof data.add_record_metadata !== "boolean"){
const err178 = {instancePath:instancePath+"/add_record_metadata",schemaPath:"#/properties/add_record_metadata/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err178];
}
else {
vErrors.push(err178);
}
errors++;
}
}
if(data.null_keys !== undefined){
let data100 = data.null_keys;
if(typeof data100 !== "string"){
const err179 = {instancePath:instancePath+"/null_keys",schemaPath:"#/properties/null_keys/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err179];
}
else {
vErrors.push(err179);
}
errors++;
}
if(!(((data100 === "fail") || (data100 === "quarantine")) || (data100 === "append"))){
const err180 = {instancePath:instancePath+"/null_keys",schemaPath:"#/properties/null_keys/enum",keyword:"enum",params:{allowedValues: schema11.properties.null_keys.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err180];
}
else {
vErrors.push(err180);
}
errors++;
}
}
let data101 = data.nested_values;
if(typeof data101 !== "string"){
const err181 = {instancePath:instancePath+"/nested_values",schemaPath:"#/properties/nested_values/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err181];
}
else {
vErrors.push(err181);
}
errors++;
}
if(!(((data101 === "super") || (data101 === "text")) || (data101 === "flatten"))){
const err182 = {instancePath:instancePath+"/nested_values",schemaPath:"#/properties/nested_values/enum",keyword:"enum",params:{allowedValues: schema11.properties.nested_values.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err182];
}
else {
vErrors.push(err182);
}
errors++;
}
let data102 = data.flatten_max_depth;
if(!((typeof data102 == "number") && (!(data102 % 1) && !isNaN(data102)))){
const err183 = {instancePath:instancePath+"/flatten_max_depth",schemaPath:"#/properties/flatten_max_depth/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err183];
}
else {
vErrors.push(err183);
}
errors++;
}
if(typeof data102 == "number"){
if(data102 > 100 || isNaN(data102)){
const err184 = {instancePath:instancePath+"/flatten_max_depth",schemaPath:"#/properties/flatten_max_depth/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err184];
}
else {
vErrors.push(err184);
}
errors++;
}
if(data102 < 1 || isNaN(data102)){
const err185 = {instancePath:instancePath+"/flatten_max_depth",schemaPath:"#/properties/flatten_max_depth/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err185];
}
else {
vErrors.push(err185);
}
errors++;
}
}
let data103 = data.flatten_separator;
if(typeof data103 === "string"){
if(data103.length < 1){
const err186 = {instancePath:instancePath+"/flatten_separator",schemaPath:"#/properties/flatten_separator/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err186];
}
else {
vErrors.push(err186);
}
errors++;
}
}
else {
const err187 = {instancePath:instancePath+"/flatten_separator",schemaPath:"#/properties/flatten_separator/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err187];
}
else {
vErrors.push(err187);
}
errors++;
}
let data104 = data.naming;
if(typeof data104 !== "string"){
const err188 = {instancePath:instancePath+"/naming",schemaPath:"#/properties/naming/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err188];
}
else {
vErrors.push(err188);
}
errors++;
}
if(!(((data104 === "exact") || (data104 === "safe")) || (data104 === "snake_case"))){
const err189 = {instancePath:instancePath+"/naming",schemaPath:"#/properties/naming/enum",keyword:"enum",params:{allowedValues: schema11.properties.naming.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err189];
}
else {
vErrors.push(err189);
}
errors++;
}
let data105 = data.table_names;
if(typeof data105 !== "string"){
const err190 = {instancePath:instancePath+"/table_names",schemaPath:"#/properties/table_names/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err190];
}
else {
vErrors.push(err190);
}
errors++;
}
if(!((data105 === "whole") || (data105 === "last-part"))){
const err191 = {instancePath:instancePath+"/table_names",schemaPath:"#/properties/table_names/enum",keyword:"enum",params:{allowedValues: schema11.properties.table_names.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err191];
}
else {
vErrors.push(err191);
}
errors++;
}
if(typeof data.require_keys !== "boolean"){
const err192 = {instancePath:instancePath+"/require_keys",schemaPath:"#/properties/require_keys/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err192];
}
else {
vErrors.push(err192);
}
errors++;
}
if(typeof data.validate_records !== "boolean"){
const err193 = {instancePath:instancePath+"/validate_records",schemaPath:"#/properties/validate_records/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err193];
}
else {
vErrors.push(err193);
}
errors++;
}
let data108 = data.on_invalid;
if(typeof data108 !== "string"){
const err194 = {instancePath:instancePath+"/on_invalid",schemaPath:"#/properties/on_invalid/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err194];
}
else {
vErrors.push(err194);
}
errors++;
}
if(!(((data108 === "fail") || (data108 === "quarantine")) || (data108 === "null"))){
const err195 = {instancePath:instancePath+"/on_invalid",schemaPath:"#/properties/on_invalid/enum",keyword:"enum",params:{allowedValues: schema11.properties.on_invalid.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err195];
}
else {
vErrors.push(err195);
}
errors++;
}
let data109 = data.max_rejected;
if(!((typeof data109 == "number") && (!(data109 % 1) && !isNaN(data109)))){
const err196 = {instancePath:instancePath+"/max_rejected",schemaPath:"#/properties/max_rejected/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err196];
}
else {
vErrors.push(err196);
}
errors++;
}
if(typeof data109 == "number"){
if(data109 > 1000000000 || isNaN(data109)){
const err197 = {instancePath:instancePath+"/max_rejected",schemaPath:"#/properties/max_rejected/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000"};
if(vErrors === null){
vErrors = [err197];
}
else {
vErrors.push(err197);
}
errors++;
}
if(data109 < 0 || isNaN(data109)){
const err198 = {instancePath:instancePath+"/max_rejected",schemaPath:"#/properties/max_rejected/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err198];
}
else {
vErrors.push(err198);
}
errors++;
}
}
let data110 = data.schema_changes;
if(data110 && typeof data110 == "object" && !Array.isArray(data110)){
for(const key2 in data110){
if(!(((((((key2 === "add_column") || (key2 === "widen_column")) || (key2 === "relax_not_null")) || (key2 === "retype_column")) || (key2 === "split_column")) || (key2 === "drop_column")) || (key2 === "change_keys"))){
const err199 = {instancePath:instancePath+"/schema_changes",schemaPath:"#/properties/schema_changes/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key2},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err199];
}
else {
vErrors.push(err199);
}
errors++;
}
}
if(data110.add_column !== undefined){
let data111 = data110.add_column;
if(typeof data111 !== "string"){
const err200 = {instancePath:instancePath+"/schema_changes/add_column",schemaPath:"#/properties/schema_changes/properties/add_column/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err200];
}
else {
vErrors.push(err200);
}
errors++;
}
if(!(((data111 === "evolve") || (data111 === "ignore")) || (data111 === "fail"))){
const err201 = {instancePath:instancePath+"/schema_changes/add_column",schemaPath:"#/properties/schema_changes/properties/add_column/enum",keyword:"enum",params:{allowedValues: schema11.properties.schema_changes.properties.add_column.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err201];
}
else {
vErrors.push(err201);
}
errors++;
}
}
if(data110.widen_column !== undefined){
let data112 = data110.widen_column;
if(typeof data112 !== "string"){
const err202 = {instancePath:instancePath+"/schema_changes/widen_column",schemaPath:"#/properties/schema_changes/properties/widen_column/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err202];
}
else {
vErrors.push(err202);
}
errors++;
}
if(!(((data112 === "evolve") || (data112 === "ignore")) || (data112 === "fail"))){
const err203 = {instancePath:instancePath+"/schema_changes/widen_column",schemaPath:"#/properties/schema_changes/properties/widen_column/enum",keyword:"enum",params:{allowedValues: schema11.properties.schema_changes.properties.widen_column.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err203];
}
else {
vErrors.push(err203);
}
errors++;
}
}
if(data110.relax_not_null !== undefined){
let data113 = data110.relax_not_null;
if(typeof data113 !== "string"){
const err204 = {instancePath:instancePath+"/schema_changes/relax_not_null",schemaPath:"#/properties/schema_changes/properties/relax_not_null/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err204];
}
else {
vErrors.push(err204);
}
errors++;
}
if(!(((data113 === "evolve") || (data113 === "ignore")) || (data113 === "fail"))){
const err205 = {instancePath:instancePath+"/schema_changes/relax_not_null",schemaPath:"#/properties/schema_changes/properties/relax_not_null/enum",keyword:"enum",params:{allowedValues: schema11.properties.schema_changes.properties.relax_not_null.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err205];
}
else {
vErrors.push(err205);
}
errors++;
}
}
if(data110.retype_column !== undefined){
let data114 = data110.retype_column;
if(typeof data114 !== "string"){
const err206 = {instancePath:instancePath+"/schema_changes/retype_column",schemaPath:"#/properties/schema_changes/properties/retype_column/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err206];
}
else {
vErrors.push(err206);
}
errors++;
}
if(!(((data114 === "evolve") || (data114 === "ignore")) || (data114 === "fail"))){
const err207 = {instancePath:instancePath+"/schema_changes/retype_column",schemaPath:"#/properties/schema_changes/properties/retype_column/enum",keyword:"enum",params:{allowedValues: schema11.properties.schema_changes.properties.retype_column.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err207];
}
else {
vErrors.push(err207);
}
errors++;
}
}
if(data110.split_column !== undefined){
let data115 = data110.split_column;
if(typeof data115 !== "string"){
const err208 = {instancePath:instancePath+"/schema_changes/split_column",schemaPath:"#/properties/schema_changes/properties/split_column/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err208];
}
else {
vErrors.push(err208);
}
errors++;
}
if(!(((data115 === "evolve") || (data115 === "ignore")) || (data115 === "fail"))){
const err209 = {instancePath:instancePath+"/schema_changes/split_column",schemaPath:"#/properties/schema_changes/properties/split_column/enum",keyword:"enum",params:{allowedValues: schema11.properties.schema_changes.properties.split_column.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err209];
}
else {
vErrors.push(err209);
}
errors++;
}
}
if(data110.drop_column !== undefined){
let data116 = data110.drop_column;
if(typeof data116 !== "string"){
const err210 = {instancePath:instancePath+"/schema_changes/drop_column",schemaPath:"#/properties/schema_changes/properties/drop_column/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err210];
}
else {
vErrors.push(err210);
}
errors++;
}
if(!(((data116 === "evolve") || (data116 === "ignore")) || (data116 === "fail"))){
const err211 = {instancePath:instancePath+"/schema_changes/drop_column",schemaPath:"#/properties/schema_changes/properties/drop_column/enum",keyword:"enum",params:{allowedValues: schema11.properties.schema_changes.properties.drop_column.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err211];
}
else {
vErrors.push(err211);
}
errors++;
}
}
if(data110.change_keys !== undefined){
let data117 = data110.change_keys;
if(typeof data117 !== "string"){
const err212 = {instancePath:instancePath+"/schema_changes/change_keys",schemaPath:"#/properties/schema_changes/properties/change_keys/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err212];
}
else {
vErrors.push(err212);
}
errors++;
}
if(!(((data117 === "evolve") || (data117 === "ignore")) || (data117 === "fail"))){
const err213 = {instancePath:instancePath+"/schema_changes/change_keys",schemaPath:"#/properties/schema_changes/properties/change_keys/enum",keyword:"enum",params:{allowedValues: schema11.properties.schema_changes.properties.change_keys.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err213];
}
else {
vErrors.push(err213);
}
errors++;
}
}
}
else {
const err214 = {instancePath:instancePath+"/schema_changes",schemaPath:"#/properties/schema_changes/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err214];
}
else {
vErrors.push(err214);
}
errors++;
}
if(typeof data.forbid_ddl !== "boolean"){
const err215 = {instancePath:instancePath+"/forbid_ddl",schemaPath:"#/properties/forbid_ddl/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err215];
}
else {
vErrors.push(err215);
}
errors++;
}
if(data.diststyle !== undefined){
let data119 = data.diststyle;
if(typeof data119 !== "string"){
const err216 = {instancePath:instancePath+"/diststyle",schemaPath:"#/properties/diststyle/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err216];
}
else {
vErrors.push(err216);
}
errors++;
}
if(!((((data119 === "auto") || (data119 === "even")) || (data119 === "all")) || (data119 === "key"))){
const err217 = {instancePath:instancePath+"/diststyle",schemaPath:"#/properties/diststyle/enum",keyword:"enum",params:{allowedValues: schema11.properties.diststyle.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err217];
}
else {
vErrors.push(err217);
}
errors++;
}
}
let data120 = data.sortkey;
if(Array.isArray(data120)){
const len7 = data120.length;
for(let i7=0; i7<len7; i7++){
let data121 = data120[i7];
if(typeof data121 === "string"){
if(data121.length < 1){
const err218 = {instancePath:instancePath+"/sortkey/" + i7,schemaPath:"#/properties/sortkey/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err218];
}
else {
vErrors.push(err218);
}
errors++;
}
}
else {
const err219 = {instancePath:instancePath+"/sortkey/" + i7,schemaPath:"#/properties/sortkey/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err219];
}
else {
vErrors.push(err219);
}
errors++;
}
}
}
else {
const err220 = {instancePath:instancePath+"/sortkey",schemaPath:"#/properties/sortkey/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err220];
}
else {
vErrors.push(err220);
}
errors++;
}
let data122 = data.sortkey_style;
if(typeof data122 !== "string"){
const err221 = {instancePath:instancePath+"/sortkey_style",schemaPath:"#/properties/sortkey_style/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err221];
}
else {
vErrors.push(err221);
}
errors++;
}
if(!((data122 === "compound") || (data122 === "interleaved"))){
const err222 = {instancePath:instancePath+"/sortkey_style",schemaPath:"#/properties/sortkey_style/enum",keyword:"enum",params:{allowedValues: schema11.properties.sortkey_style.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err222];
}
else {
vErrors.push(err222);
}
errors++;
}
let data123 = data.grant_select_to;
if(Array.isArray(data123)){
const len8 = data123.length;
for(let i8=0; i8<len8; i8++){
let data124 = data123[i8];
if(typeof data124 === "string"){
if(data124.length < 1){
const err223 = {instancePath:instancePath+"/grant_select_to/" + i8,schemaPath:"#/properties/grant_select_to/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err223];
}
else {
vErrors.push(err223);
}
errors++;
}
}
else {
const err224 = {instancePath:instancePath+"/grant_select_to/" + i8,schemaPath:"#/properties/grant_select_to/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err224];
}
else {
vErrors.push(err224);
}
errors++;
}
}
}
else {
const err225 = {instancePath:instancePath+"/grant_select_to",schemaPath:"#/properties/grant_select_to/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err225];
}
else {
vErrors.push(err225);
}
errors++;
}
let data125 = data.analyze_after_rows;
if(!((typeof data125 == "number") && (!(data125 % 1) && !isNaN(data125)))){
const err226 = {instancePath:instancePath+"/analyze_after_rows",schemaPath:"#/properties/analyze_after_rows/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err226];
}
else {
vErrors.push(err226);
}
errors++;
}
if(typeof data125 == "number"){
if(data125 > 1000000000000 || isNaN(data125)){
const err227 = {instancePath:instancePath+"/analyze_after_rows",schemaPath:"#/properties/analyze_after_rows/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000000},message:"must be <= 1000000000000"};
if(vErrors === null){
vErrors = [err227];
}
else {
vErrors.push(err227);
}
errors++;
}
if(data125 < 0 || isNaN(data125)){
const err228 = {instancePath:instancePath+"/analyze_after_rows",schemaPath:"#/properties/analyze_after_rows/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err228];
}
else {
vErrors.push(err228);
}
errors++;
}
}
if(typeof data.batch_direct_copy !== "boolean"){
const err229 = {instancePath:instancePath+"/batch_direct_copy",schemaPath:"#/properties/batch_direct_copy/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err229];
}
else {
vErrors.push(err229);
}
errors++;
}
let data127 = data.streams;
if(data127 && typeof data127 == "object" && !Array.isArray(data127)){
for(const key3 in data127){
let data128 = data127[key3];
if(data128 && typeof data128 == "object" && !Array.isArray(data128)){
for(const key4 in data128){
if(!(func2.call(schema11.properties.streams.additionalProperties.properties, key4))){
const err230 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/streams/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key4},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err230];
}
else {
vErrors.push(err230);
}
errors++;
}
}
if(data128.selected !== undefined){
if(typeof data128.selected !== "boolean"){
const err231 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/selected",schemaPath:"#/properties/streams/additionalProperties/properties/selected/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err231];
}
else {
vErrors.push(err231);
}
errors++;
}
}
if(data128.include_columns !== undefined){
let data130 = data128.include_columns;
if(Array.isArray(data130)){
const len9 = data130.length;
for(let i9=0; i9<len9; i9++){
let data131 = data130[i9];
if(typeof data131 === "string"){
if(data131.length < 1){
const err232 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/include_columns/" + i9,schemaPath:"#/properties/streams/additionalProperties/properties/include_columns/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err232];
}
else {
vErrors.push(err232);
}
errors++;
}
}
else {
const err233 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/include_columns/" + i9,schemaPath:"#/properties/streams/additionalProperties/properties/include_columns/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err233];
}
else {
vErrors.push(err233);
}
errors++;
}
}
}
else {
const err234 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/include_columns",schemaPath:"#/properties/streams/additionalProperties/properties/include_columns/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err234];
}
else {
vErrors.push(err234);
}
errors++;
}
}
if(data128.exclude_columns !== undefined){
let data132 = data128.exclude_columns;
if(Array.isArray(data132)){
const len10 = data132.length;
for(let i10=0; i10<len10; i10++){
let data133 = data132[i10];
if(typeof data133 === "string"){
if(data133.length < 1){
const err235 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/exclude_columns/" + i10,schemaPath:"#/properties/streams/additionalProperties/properties/exclude_columns/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err235];
}
else {
vErrors.push(err235);
}
errors++;
}
}
else {
const err236 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/exclude_columns/" + i10,schemaPath:"#/properties/streams/additionalProperties/properties/exclude_columns/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err236];
}
else {
vErrors.push(err236);
}
errors++;
}
}
}
else {
const err237 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/exclude_columns",schemaPath:"#/properties/streams/additionalProperties/properties/exclude_columns/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err237];
}
else {
vErrors.push(err237);
}
errors++;
}
}
if(data128.table_prefix !== undefined){
if(typeof data128.table_prefix !== "string"){
const err238 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/table_prefix",schemaPath:"#/properties/streams/additionalProperties/properties/table_prefix/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err238];
}
else {
vErrors.push(err238);
}
errors++;
}
}
if(data128.tenant_column !== undefined){
let data135 = data128.tenant_column;
if(typeof data135 === "string"){
if(data135.length < 1){
const err239 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/tenant_column",schemaPath:"#/properties/streams/additionalProperties/properties/tenant_column/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err239];
}
else {
vErrors.push(err239);
}
errors++;
}
}
else {
const err240 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/tenant_column",schemaPath:"#/properties/streams/additionalProperties/properties/tenant_column/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err240];
}
else {
vErrors.push(err240);
}
errors++;
}
}
if(data128.tenant_id !== undefined){
let data136 = data128.tenant_id;
if(typeof data136 === "string"){
if(data136.length < 1){
const err241 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/tenant_id",schemaPath:"#/properties/streams/additionalProperties/properties/tenant_id/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err241];
}
else {
vErrors.push(err241);
}
errors++;
}
}
else {
const err242 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/tenant_id",schemaPath:"#/properties/streams/additionalProperties/properties/tenant_id/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err242];
}
else {
vErrors.push(err242);
}
errors++;
}
}
if(data128.other_tenants !== undefined){
let data137 = data128.other_tenants;
if(typeof data137 !== "string"){
const err243 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/other_tenants",schemaPath:"#/properties/streams/additionalProperties/properties/other_tenants/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err243];
}
else {
vErrors.push(err243);
}
errors++;
}
if(!(((data137 === "fail") || (data137 === "quarantine")) || (data137 === "allow"))){
const err244 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/other_tenants",schemaPath:"#/properties/streams/additionalProperties/properties/other_tenants/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.other_tenants.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err244];
}
else {
vErrors.push(err244);
}
errors++;
}
}
if(data128.load_method !== undefined){
let data138 = data128.load_method;
if(typeof data138 !== "string"){
const err245 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/load_method",schemaPath:"#/properties/streams/additionalProperties/properties/load_method/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err245];
}
else {
vErrors.push(err245);
}
errors++;
}
if(!((((data138 === "upsert") || (data138 === "append-only")) || (data138 === "insert-only")) || (data138 === "overwrite"))){
const err246 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/load_method",schemaPath:"#/properties/streams/additionalProperties/properties/load_method/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.load_method.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err246];
}
else {
vErrors.push(err246);
}
errors++;
}
}
if(data128.overwrite_method !== undefined){
let data139 = data128.overwrite_method;
if(typeof data139 !== "string"){
const err247 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/overwrite_method",schemaPath:"#/properties/streams/additionalProperties/properties/overwrite_method/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err247];
}
else {
vErrors.push(err247);
}
errors++;
}
if(!((data139 === "delete-insert") || (data139 === "swap"))){
const err248 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/overwrite_method",schemaPath:"#/properties/streams/additionalProperties/properties/overwrite_method/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.overwrite_method.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err248];
}
else {
vErrors.push(err248);
}
errors++;
}
}
if(data128.overwrite_when !== undefined){
let data140 = data128.overwrite_when;
if(typeof data140 !== "string"){
const err249 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/overwrite_when",schemaPath:"#/properties/streams/additionalProperties/properties/overwrite_when/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err249];
}
else {
vErrors.push(err249);
}
errors++;
}
if(!((data140 === "stream_complete") || (data140 === "end_of_input"))){
const err250 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/overwrite_when",schemaPath:"#/properties/streams/additionalProperties/properties/overwrite_when/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.overwrite_when.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err250];
}
else {
vErrors.push(err250);
}
errors++;
}
}
if(data128.hard_delete !== undefined){
if(typeof data128.hard_delete !== "boolean"){
const err251 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/hard_delete",schemaPath:"#/properties/streams/additionalProperties/properties/hard_delete/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err251];
}
else {
vErrors.push(err251);
}
errors++;
}
}
if(data128.process_activate_version_messages !== undefined){
if(typeof data128.process_activate_version_messages !== "boolean"){
const err252 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/process_activate_version_messages",schemaPath:"#/properties/streams/additionalProperties/properties/process_activate_version_messages/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err252];
}
else {
vErrors.push(err252);
}
errors++;
}
}
if(data128.add_record_metadata !== undefined){
if(typeof data128.add_record_metadata !== "boolean"){
const err253 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/add_record_metadata",schemaPath:"#/properties/streams/additionalProperties/properties/add_record_metadata/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err253];
}
else {
vErrors.push(err253);
}
errors++;
}
}
if(data128.null_keys !== undefined){
let data144 = data128.null_keys;
if(typeof data144 !== "string"){
const err254 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/null_keys",schemaPath:"#/properties/streams/additionalProperties/properties/null_keys/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err254];
}
else {
vErrors.push(err254);
}
errors++;
}
if(!(((data144 === "fail") || (data144 === "quarantine")) || (data144 === "append"))){
const err255 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/null_keys",schemaPath:"#/properties/streams/additionalProperties/properties/null_keys/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.null_keys.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err255];
}
else {
vErrors.push(err255);
}
errors++;
}
}
if(data128.nested_values !== undefined){
let data145 = data128.nested_values;
if(typeof data145 !== "string"){
const err256 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/nested_values",schemaPath:"#/properties/streams/additionalProperties/properties/nested_values/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err256];
}
else {
vErrors.push(err256);
}
errors++;
}
if(!(((data145 === "super") || (data145 === "text")) || (data145 === "flatten"))){
const err257 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/nested_values",schemaPath:"#/properties/streams/additionalProperties/properties/nested_values/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.nested_values.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err257];
}
else {
vErrors.push(err257);
}
errors++;
}
}
if(data128.flatten_max_depth !== undefined){
let data146 = data128.flatten_max_depth;
if(!((typeof data146 == "number") && (!(data146 % 1) && !isNaN(data146)))){
const err258 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/flatten_max_depth",schemaPath:"#/properties/streams/additionalProperties/properties/flatten_max_depth/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err258];
}
else {
vErrors.push(err258);
}
errors++;
}
if(typeof data146 == "number"){
if(data146 > 100 || isNaN(data146)){
const err259 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/flatten_max_depth",schemaPath:"#/properties/streams/additionalProperties/properties/flatten_max_depth/maximum",keyword:"maximum",params:{comparison: "<=", limit: 100},message:"must be <= 100"};
if(vErrors === null){
vErrors = [err259];
}
else {
vErrors.push(err259);
}
errors++;
}
if(data146 < 1 || isNaN(data146)){
const err260 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/flatten_max_depth",schemaPath:"#/properties/streams/additionalProperties/properties/flatten_max_depth/minimum",keyword:"minimum",params:{comparison: ">=", limit: 1},message:"must be >= 1"};
if(vErrors === null){
vErrors = [err260];
}
else {
vErrors.push(err260);
}
errors++;
}
}
}
if(data128.flatten_separator !== undefined){
let data147 = data128.flatten_separator;
if(typeof data147 === "string"){
if(data147.length < 1){
const err261 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/flatten_separator",schemaPath:"#/properties/streams/additionalProperties/properties/flatten_separator/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err261];
}
else {
vErrors.push(err261);
}
errors++;
}
}
else {
const err262 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/flatten_separator",schemaPath:"#/properties/streams/additionalProperties/properties/flatten_separator/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err262];
}
else {
vErrors.push(err262);
}
errors++;
}
}
if(data128.naming !== undefined){
let data148 = data128.naming;
if(typeof data148 !== "string"){
const err263 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/naming",schemaPath:"#/properties/streams/additionalProperties/properties/naming/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err263];
}
else {
vErrors.push(err263);
}
errors++;
}
if(!(((data148 === "exact") || (data148 === "safe")) || (data148 === "snake_case"))){
const err264 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/naming",schemaPath:"#/properties/streams/additionalProperties/properties/naming/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.naming.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err264];
}
else {
vErrors.push(err264);
}
errors++;
}
}
if(data128.table_names !== undefined){
let data149 = data128.table_names;
if(typeof data149 !== "string"){
const err265 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/table_names",schemaPath:"#/properties/streams/additionalProperties/properties/table_names/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err265];
}
else {
vErrors.push(err265);
}
errors++;
}
if(!((data149 === "whole") || (data149 === "last-part"))){
const err266 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/table_names",schemaPath:"#/properties/streams/additionalProperties/properties/table_names/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.table_names.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err266];
}
else {
vErrors.push(err266);
}
errors++;
}
}
if(data128.require_keys !== undefined){
if(typeof data128.require_keys !== "boolean"){
const err267 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/require_keys",schemaPath:"#/properties/streams/additionalProperties/properties/require_keys/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err267];
}
else {
vErrors.push(err267);
}
errors++;
}
}
if(data128.validate_records !== undefined){
if(typeof data128.validate_records !== "boolean"){
const err268 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/validate_records",schemaPath:"#/properties/streams/additionalProperties/properties/validate_records/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err268];
}
else {
vErrors.push(err268);
}
errors++;
}
}
if(data128.on_invalid !== undefined){
let data152 = data128.on_invalid;
if(typeof data152 !== "string"){
const err269 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/on_invalid",schemaPath:"#/properties/streams/additionalProperties/properties/on_invalid/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err269];
}
else {
vErrors.push(err269);
}
errors++;
}
if(!(((data152 === "fail") || (data152 === "quarantine")) || (data152 === "null"))){
const err270 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/on_invalid",schemaPath:"#/properties/streams/additionalProperties/properties/on_invalid/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.on_invalid.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err270];
}
else {
vErrors.push(err270);
}
errors++;
}
}
if(data128.max_rejected !== undefined){
let data153 = data128.max_rejected;
if(!((typeof data153 == "number") && (!(data153 % 1) && !isNaN(data153)))){
const err271 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/max_rejected",schemaPath:"#/properties/streams/additionalProperties/properties/max_rejected/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err271];
}
else {
vErrors.push(err271);
}
errors++;
}
if(typeof data153 == "number"){
if(data153 > 1000000000 || isNaN(data153)){
const err272 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/max_rejected",schemaPath:"#/properties/streams/additionalProperties/properties/max_rejected/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000},message:"must be <= 1000000000"};
if(vErrors === null){
vErrors = [err272];
}
else {
vErrors.push(err272);
}
errors++;
}
if(data153 < 0 || isNaN(data153)){
const err273 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/max_rejected",schemaPath:"#/properties/streams/additionalProperties/properties/max_rejected/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err273];
}
else {
vErrors.push(err273);
}
errors++;
}
}
}
if(data128.schema_changes !== undefined){
let data154 = data128.schema_changes;
if(data154 && typeof data154 == "object" && !Array.isArray(data154)){
for(const key5 in data154){
if(!(((((((key5 === "add_column") || (key5 === "widen_column")) || (key5 === "relax_not_null")) || (key5 === "retype_column")) || (key5 === "split_column")) || (key5 === "drop_column")) || (key5 === "change_keys"))){
const err274 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema_changes",schemaPath:"#/properties/streams/additionalProperties/properties/schema_changes/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key5},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err274];
}
else {
vErrors.push(err274);
}
errors++;
}
}
if(data154.add_column !== undefined){
let data155 = data154.add_column;
if(typeof data155 !== "string"){
const err275 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema_changes/add_column",schemaPath:"#/properties/streams/additionalProperties/properties/schema_changes/properties/add_column/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err275];
}
else {
vErrors.push(err275);
}
errors++;
}
if(!(((data155 === "evolve") || (data155 === "ignore")) || (data155 === "fail"))){
const err276 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema_changes/add_column",schemaPath:"#/properties/streams/additionalProperties/properties/schema_changes/properties/add_column/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.schema_changes.properties.add_column.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err276];
}
else {
vErrors.push(err276);
}
errors++;
}
}
if(data154.widen_column !== undefined){
let data156 = data154.widen_column;
if(typeof data156 !== "string"){
const err277 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema_changes/widen_column",schemaPath:"#/properties/streams/additionalProperties/properties/schema_changes/properties/widen_column/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err277];
}
else {
vErrors.push(err277);
}
errors++;
}
if(!(((data156 === "evolve") || (data156 === "ignore")) || (data156 === "fail"))){
const err278 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema_changes/widen_column",schemaPath:"#/properties/streams/additionalProperties/properties/schema_changes/properties/widen_column/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.schema_changes.properties.widen_column.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err278];
}
else {
vErrors.push(err278);
}
errors++;
}
}
if(data154.relax_not_null !== undefined){
let data157 = data154.relax_not_null;
if(typeof data157 !== "string"){
const err279 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema_changes/relax_not_null",schemaPath:"#/properties/streams/additionalProperties/properties/schema_changes/properties/relax_not_null/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err279];
}
else {
vErrors.push(err279);
}
errors++;
}
if(!(((data157 === "evolve") || (data157 === "ignore")) || (data157 === "fail"))){
const err280 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema_changes/relax_not_null",schemaPath:"#/properties/streams/additionalProperties/properties/schema_changes/properties/relax_not_null/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.schema_changes.properties.relax_not_null.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err280];
}
else {
vErrors.push(err280);
}
errors++;
}
}
if(data154.retype_column !== undefined){
let data158 = data154.retype_column;
if(typeof data158 !== "string"){
const err281 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema_changes/retype_column",schemaPath:"#/properties/streams/additionalProperties/properties/schema_changes/properties/retype_column/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err281];
}
else {
vErrors.push(err281);
}
errors++;
}
if(!(((data158 === "evolve") || (data158 === "ignore")) || (data158 === "fail"))){
const err282 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema_changes/retype_column",schemaPath:"#/properties/streams/additionalProperties/properties/schema_changes/properties/retype_column/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.schema_changes.properties.retype_column.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err282];
}
else {
vErrors.push(err282);
}
errors++;
}
}
if(data154.split_column !== undefined){
let data159 = data154.split_column;
if(typeof data159 !== "string"){
const err283 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema_changes/split_column",schemaPath:"#/properties/streams/additionalProperties/properties/schema_changes/properties/split_column/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err283];
}
else {
vErrors.push(err283);
}
errors++;
}
if(!(((data159 === "evolve") || (data159 === "ignore")) || (data159 === "fail"))){
const err284 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema_changes/split_column",schemaPath:"#/properties/streams/additionalProperties/properties/schema_changes/properties/split_column/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.schema_changes.properties.split_column.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err284];
}
else {
vErrors.push(err284);
}
errors++;
}
}
if(data154.drop_column !== undefined){
let data160 = data154.drop_column;
if(typeof data160 !== "string"){
const err285 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema_changes/drop_column",schemaPath:"#/properties/streams/additionalProperties/properties/schema_changes/properties/drop_column/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err285];
}
else {
vErrors.push(err285);
}
errors++;
}
if(!(((data160 === "evolve") || (data160 === "ignore")) || (data160 === "fail"))){
const err286 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema_changes/drop_column",schemaPath:"#/properties/streams/additionalProperties/properties/schema_changes/properties/drop_column/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.schema_changes.properties.drop_column.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err286];
}
else {
vErrors.push(err286);
}
errors++;
}
}
if(data154.change_keys !== undefined){
let data161 = data154.change_keys;
if(typeof data161 !== "string"){
const err287 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema_changes/change_keys",schemaPath:"#/properties/streams/additionalProperties/properties/schema_changes/properties/change_keys/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err287];
}
else {
vErrors.push(err287);
}
errors++;
}
if(!(((data161 === "evolve") || (data161 === "ignore")) || (data161 === "fail"))){
const err288 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema_changes/change_keys",schemaPath:"#/properties/streams/additionalProperties/properties/schema_changes/properties/change_keys/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.schema_changes.properties.change_keys.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err288];
}
else {
vErrors.push(err288);
}
errors++;
}
}
}
else {
const err289 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema_changes",schemaPath:"#/properties/streams/additionalProperties/properties/schema_changes/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err289];
}
else {
vErrors.push(err289);
}
errors++;
}
}
if(data128.forbid_ddl !== undefined){
if(typeof data128.forbid_ddl !== "boolean"){
const err290 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/forbid_ddl",schemaPath:"#/properties/streams/additionalProperties/properties/forbid_ddl/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err290];
}
else {
vErrors.push(err290);
}
errors++;
}
}
if(data128.diststyle !== undefined){
let data163 = data128.diststyle;
if(typeof data163 !== "string"){
const err291 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/diststyle",schemaPath:"#/properties/streams/additionalProperties/properties/diststyle/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err291];
}
else {
vErrors.push(err291);
}
errors++;
}
if(!((((data163 === "auto") || (data163 === "even")) || (data163 === "all")) || (data163 === "key"))){
const err292 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/diststyle",schemaPath:"#/properties/streams/additionalProperties/properties/diststyle/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.diststyle.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err292];
}
else {
vErrors.push(err292);
}
errors++;
}
}
if(data128.sortkey !== undefined){
let data164 = data128.sortkey;
if(Array.isArray(data164)){
const len11 = data164.length;
for(let i11=0; i11<len11; i11++){
let data165 = data164[i11];
if(typeof data165 === "string"){
if(data165.length < 1){
const err293 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/sortkey/" + i11,schemaPath:"#/properties/streams/additionalProperties/properties/sortkey/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err293];
}
else {
vErrors.push(err293);
}
errors++;
}
}
else {
const err294 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/sortkey/" + i11,schemaPath:"#/properties/streams/additionalProperties/properties/sortkey/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err294];
}
else {
vErrors.push(err294);
}
errors++;
}
}
}
else {
const err295 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/sortkey",schemaPath:"#/properties/streams/additionalProperties/properties/sortkey/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err295];
}
else {
vErrors.push(err295);
}
errors++;
}
}
if(data128.sortkey_style !== undefined){
let data166 = data128.sortkey_style;
if(typeof data166 !== "string"){
const err296 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/sortkey_style",schemaPath:"#/properties/streams/additionalProperties/properties/sortkey_style/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err296];
}
else {
vErrors.push(err296);
}
errors++;
}
if(!((data166 === "compound") || (data166 === "interleaved"))){
const err297 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/sortkey_style",schemaPath:"#/properties/streams/additionalProperties/properties/sortkey_style/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.sortkey_style.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err297];
}
else {
vErrors.push(err297);
}
errors++;
}
}
if(data128.grant_select_to !== undefined){
let data167 = data128.grant_select_to;
if(Array.isArray(data167)){
const len12 = data167.length;
for(let i12=0; i12<len12; i12++){
let data168 = data167[i12];
if(typeof data168 === "string"){
if(data168.length < 1){
const err298 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/grant_select_to/" + i12,schemaPath:"#/properties/streams/additionalProperties/properties/grant_select_to/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err298];
}
else {
vErrors.push(err298);
}
errors++;
}
}
else {
const err299 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/grant_select_to/" + i12,schemaPath:"#/properties/streams/additionalProperties/properties/grant_select_to/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err299];
}
else {
vErrors.push(err299);
}
errors++;
}
}
}
else {
const err300 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/grant_select_to",schemaPath:"#/properties/streams/additionalProperties/properties/grant_select_to/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err300];
}
else {
vErrors.push(err300);
}
errors++;
}
}
if(data128.analyze_after_rows !== undefined){
let data169 = data128.analyze_after_rows;
if(!((typeof data169 == "number") && (!(data169 % 1) && !isNaN(data169)))){
const err301 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/analyze_after_rows",schemaPath:"#/properties/streams/additionalProperties/properties/analyze_after_rows/type",keyword:"type",params:{type: "integer"},message:"must be integer"};
if(vErrors === null){
vErrors = [err301];
}
else {
vErrors.push(err301);
}
errors++;
}
if(typeof data169 == "number"){
if(data169 > 1000000000000 || isNaN(data169)){
const err302 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/analyze_after_rows",schemaPath:"#/properties/streams/additionalProperties/properties/analyze_after_rows/maximum",keyword:"maximum",params:{comparison: "<=", limit: 1000000000000},message:"must be <= 1000000000000"};
if(vErrors === null){
vErrors = [err302];
}
else {
vErrors.push(err302);
}
errors++;
}
if(data169 < 0 || isNaN(data169)){
const err303 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/analyze_after_rows",schemaPath:"#/properties/streams/additionalProperties/properties/analyze_after_rows/minimum",keyword:"minimum",params:{comparison: ">=", limit: 0},message:"must be >= 0"};
if(vErrors === null){
vErrors = [err303];
}
else {
vErrors.push(err303);
}
errors++;
}
}
}
if(data128.batch_direct_copy !== undefined){
if(typeof data128.batch_direct_copy !== "boolean"){
const err304 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/batch_direct_copy",schemaPath:"#/properties/streams/additionalProperties/properties/batch_direct_copy/type",keyword:"type",params:{type: "boolean"},message:"must be boolean"};
if(vErrors === null){
vErrors = [err304];
}
else {
vErrors.push(err304);
}
errors++;
}
}
if(data128.schema !== undefined){
let data171 = data128.schema;
if(typeof data171 === "string"){
if(data171.length < 1){
const err305 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema",schemaPath:"#/properties/streams/additionalProperties/properties/schema/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err305];
}
else {
vErrors.push(err305);
}
errors++;
}
}
else {
const err306 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/schema",schemaPath:"#/properties/streams/additionalProperties/properties/schema/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err306];
}
else {
vErrors.push(err306);
}
errors++;
}
}
if(data128.table !== undefined){
let data172 = data128.table;
if(typeof data172 === "string"){
if(data172.length < 1){
const err307 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/table",schemaPath:"#/properties/streams/additionalProperties/properties/table/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err307];
}
else {
vErrors.push(err307);
}
errors++;
}
}
else {
const err308 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/table",schemaPath:"#/properties/streams/additionalProperties/properties/table/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err308];
}
else {
vErrors.push(err308);
}
errors++;
}
}
if(data128.key_properties !== undefined){
let data173 = data128.key_properties;
if(Array.isArray(data173)){
const len13 = data173.length;
for(let i13=0; i13<len13; i13++){
let data174 = data173[i13];
if(typeof data174 === "string"){
if(data174.length < 1){
const err309 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/key_properties/" + i13,schemaPath:"#/properties/streams/additionalProperties/properties/key_properties/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err309];
}
else {
vErrors.push(err309);
}
errors++;
}
}
else {
const err310 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/key_properties/" + i13,schemaPath:"#/properties/streams/additionalProperties/properties/key_properties/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err310];
}
else {
vErrors.push(err310);
}
errors++;
}
}
}
else {
const err311 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/key_properties",schemaPath:"#/properties/streams/additionalProperties/properties/key_properties/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err311];
}
else {
vErrors.push(err311);
}
errors++;
}
}
if(data128.distkey !== undefined){
let data175 = data128.distkey;
if(typeof data175 === "string"){
if(data175.length < 1){
const err312 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/distkey",schemaPath:"#/properties/streams/additionalProperties/properties/distkey/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err312];
}
else {
vErrors.push(err312);
}
errors++;
}
}
else {
const err313 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/distkey",schemaPath:"#/properties/streams/additionalProperties/properties/distkey/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err313];
}
else {
vErrors.push(err313);
}
errors++;
}
}
if(data128.columns !== undefined){
let data176 = data128.columns;
if(data176 && typeof data176 == "object" && !Array.isArray(data176)){
for(const key6 in data176){
let data177 = data176[key6];
if(data177 && typeof data177 == "object" && !Array.isArray(data177)){
for(const key7 in data177){
if(!((((key7 === "name") || (key7 === "type")) || (key7 === "encode")) || (key7 === "mask"))){
const err314 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/columns/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/streams/additionalProperties/properties/columns/additionalProperties/additionalProperties",keyword:"additionalProperties",params:{additionalProperty: key7},message:"must NOT have additional properties"};
if(vErrors === null){
vErrors = [err314];
}
else {
vErrors.push(err314);
}
errors++;
}
}
if(data177.name !== undefined){
let data178 = data177.name;
if(typeof data178 === "string"){
if(data178.length < 1){
const err315 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/columns/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/name",schemaPath:"#/properties/streams/additionalProperties/properties/columns/additionalProperties/properties/name/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err315];
}
else {
vErrors.push(err315);
}
errors++;
}
}
else {
const err316 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/columns/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/name",schemaPath:"#/properties/streams/additionalProperties/properties/columns/additionalProperties/properties/name/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err316];
}
else {
vErrors.push(err316);
}
errors++;
}
}
if(data177.type !== undefined){
let data179 = data177.type;
if(typeof data179 === "string"){
if(data179.length < 1){
const err317 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/columns/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/type",schemaPath:"#/properties/streams/additionalProperties/properties/columns/additionalProperties/properties/type/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err317];
}
else {
vErrors.push(err317);
}
errors++;
}
}
else {
const err318 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/columns/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/type",schemaPath:"#/properties/streams/additionalProperties/properties/columns/additionalProperties/properties/type/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err318];
}
else {
vErrors.push(err318);
}
errors++;
}
}
if(data177.encode !== undefined){
let data180 = data177.encode;
if(typeof data180 !== "string"){
const err319 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/columns/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/encode",schemaPath:"#/properties/streams/additionalProperties/properties/columns/additionalProperties/properties/encode/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err319];
}
else {
vErrors.push(err319);
}
errors++;
}
if(!(((((((((((((data180 === "az64") || (data180 === "bytedict")) || (data180 === "delta")) || (data180 === "delta32k")) || (data180 === "lzo")) || (data180 === "mostly8")) || (data180 === "mostly16")) || (data180 === "mostly32")) || (data180 === "raw")) || (data180 === "runlength")) || (data180 === "text255")) || (data180 === "text32k")) || (data180 === "zstd"))){
const err320 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/columns/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/encode",schemaPath:"#/properties/streams/additionalProperties/properties/columns/additionalProperties/properties/encode/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.columns.additionalProperties.properties.encode.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err320];
}
else {
vErrors.push(err320);
}
errors++;
}
}
if(data177.mask !== undefined){
let data181 = data177.mask;
if(typeof data181 !== "string"){
const err321 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/columns/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/mask",schemaPath:"#/properties/streams/additionalProperties/properties/columns/additionalProperties/properties/mask/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err321];
}
else {
vErrors.push(err321);
}
errors++;
}
if(!(((data181 === "hash") || (data181 === "redact")) || (data181 === "last_4"))){
const err322 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/columns/" + key6.replace(/~/g, "~0").replace(/\//g, "~1")+"/mask",schemaPath:"#/properties/streams/additionalProperties/properties/columns/additionalProperties/properties/mask/enum",keyword:"enum",params:{allowedValues: schema11.properties.streams.additionalProperties.properties.columns.additionalProperties.properties.mask.enum},message:"must be equal to one of the allowed values"};
if(vErrors === null){
vErrors = [err322];
}
else {
vErrors.push(err322);
}
errors++;
}
}
}
else {
const err323 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/columns/" + key6.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/streams/additionalProperties/properties/columns/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err323];
}
else {
vErrors.push(err323);
}
errors++;
}
}
}
else {
const err324 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/columns",schemaPath:"#/properties/streams/additionalProperties/properties/columns/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err324];
}
else {
vErrors.push(err324);
}
errors++;
}
}
if(data128.pre_sql !== undefined){
let data182 = data128.pre_sql;
if(Array.isArray(data182)){
const len14 = data182.length;
for(let i14=0; i14<len14; i14++){
let data183 = data182[i14];
if(typeof data183 === "string"){
if(data183.length < 1){
const err325 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/pre_sql/" + i14,schemaPath:"#/properties/streams/additionalProperties/properties/pre_sql/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err325];
}
else {
vErrors.push(err325);
}
errors++;
}
}
else {
const err326 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/pre_sql/" + i14,schemaPath:"#/properties/streams/additionalProperties/properties/pre_sql/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err326];
}
else {
vErrors.push(err326);
}
errors++;
}
}
}
else {
const err327 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/pre_sql",schemaPath:"#/properties/streams/additionalProperties/properties/pre_sql/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err327];
}
else {
vErrors.push(err327);
}
errors++;
}
}
if(data128.post_sql !== undefined){
let data184 = data128.post_sql;
if(Array.isArray(data184)){
const len15 = data184.length;
for(let i15=0; i15<len15; i15++){
let data185 = data184[i15];
if(typeof data185 === "string"){
if(data185.length < 1){
const err328 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/post_sql/" + i15,schemaPath:"#/properties/streams/additionalProperties/properties/post_sql/items/minLength",keyword:"minLength",params:{limit: 1},message:"must NOT have fewer than 1 characters"};
if(vErrors === null){
vErrors = [err328];
}
else {
vErrors.push(err328);
}
errors++;
}
}
else {
const err329 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/post_sql/" + i15,schemaPath:"#/properties/streams/additionalProperties/properties/post_sql/items/type",keyword:"type",params:{type: "string"},message:"must be string"};
if(vErrors === null){
vErrors = [err329];
}
else {
vErrors.push(err329);
}
errors++;
}
}
}
else {
const err330 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1")+"/post_sql",schemaPath:"#/properties/streams/additionalProperties/properties/post_sql/type",keyword:"type",params:{type: "array"},message:"must be array"};
if(vErrors === null){
vErrors = [err330];
}
else {
vErrors.push(err330);
}
errors++;
}
}
}
else {
const err331 = {instancePath:instancePath+"/streams/" + key3.replace(/~/g, "~0").replace(/\//g, "~1"),schemaPath:"#/properties/streams/additionalProperties/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err331];
}
else {
vErrors.push(err331);
}
errors++;
}
}
}
else {
const err332 = {instancePath:instancePath+"/streams",schemaPath:"#/properties/streams/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err332];
}
else {
vErrors.push(err332);
}
errors++;
}
}
else {
const err333 = {instancePath,schemaPath:"#/type",keyword:"type",params:{type: "object"},message:"must be object"};
if(vErrors === null){
vErrors = [err333];
}
else {
vErrors.push(err333);
}
errors++;
}
validate10.errors = vErrors;
return errors === 0;
}
