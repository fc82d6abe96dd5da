{{ config(materialized='materialized_view', dist='customer', sort=['customer'], auto_refresh=false, backup=false) }}
select customer, sum(amount) as amount from {{ source('raw', 'events') }} group by customer
