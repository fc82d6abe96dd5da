{{ config(materialized='incremental', incremental_strategy='delete+insert', unique_key='id') }}
select id, customer, amount from {{ source('raw', 'events') }}
