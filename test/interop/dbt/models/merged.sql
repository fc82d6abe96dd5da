{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', dist='id', sort='id') }}
select id, customer, amount, updated_at, {{ "'second'" if is_incremental() else "'first'" }}::varchar(10) as run
from {{ ref('raw_orders') }}
{% if is_incremental() %} where updated_at >= (select max(updated_at) from {{ this }}) {% endif %}
