{{ config(materialized='view', bind=False) }}
select customer, orders from {{ ref('orders_by_customer') }}
