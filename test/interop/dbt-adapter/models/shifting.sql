{{ config(materialized=['table', 'view', 'materialized_view', 'table'][var('step') - 1]) }}
select id, {{ var('step') }} as step from {{ source('raw', 'orders') }}
