{{ config(materialized='incremental', incremental_strategy='merge', unique_key='id', on_schema_change='append_new_columns') }}
select id, customer, amount {% if is_incremental() %}, happened_at {% endif %} from {{ source('raw', 'events') }}
