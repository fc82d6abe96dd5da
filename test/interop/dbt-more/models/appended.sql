{{ config(materialized='incremental', incremental_strategy='append') }}
select id, customer from {{ source('raw', 'events') }}
{% if is_incremental() %} where id > (select max(id) from {{ this }}) {% endif %}
