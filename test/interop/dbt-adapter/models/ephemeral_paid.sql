{{ config(materialized='ephemeral') }}
select id from {{ ref('orders') }} where is_paid
