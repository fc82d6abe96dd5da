{{ config(materialized='table', dist='customer', sort=['customer', 'last_order']) }}
select customer, count(*) as orders, sum(amount) as amount, max(ordered_at) as last_order
from {{ ref('raw_orders') }} group by customer
