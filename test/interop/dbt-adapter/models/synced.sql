{{ config(materialized='incremental', incremental_strategy='merge', unique_key=['id', 'region'], on_schema_change='sync_all_columns', merge_exclude_columns=['first_step']) }}
select id, region, {{ var('step') }} as first_step,
{% if var('step') == 1 %}'old'::varchar(5) as dropped, 1::int as grown
{% else %}'added in step two'::varchar(30) as added, 2::bigint * 10000000000 as grown{% endif %}
from {{ source('raw', 'orders') }}
