{{ config(materialized='table') }}
select id, region, amount, at, is_paid from {{ source('raw', 'orders') }}
