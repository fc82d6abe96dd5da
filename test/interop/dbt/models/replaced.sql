{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key=['id', 'customer'], on_schema_change='append_new_columns') }}
select id, customer, amount, updated_at {% if is_incremental() %}, true as seen_again {% endif %}
from {{ ref('raw_orders') }}
{% if is_incremental() %} where updated_at >= (select max(updated_at) from {{ this }}) {% endif %}
