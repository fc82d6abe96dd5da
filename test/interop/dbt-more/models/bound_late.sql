{{ config(materialized='view', bind=false, grants={'select': ['reader', 'writer']}) }}
select customer, amount from {{ ref('by_merge') }}
