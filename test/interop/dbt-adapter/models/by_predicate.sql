{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='id', incremental_predicates=["DBT_INTERNAL_DEST.id <> 1"]) }}
select id, {{ var('step') }} as step from {{ source('raw', 'orders') }}
