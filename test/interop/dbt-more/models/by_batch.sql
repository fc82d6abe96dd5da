{{ config(materialized='incremental', incremental_strategy='microbatch', event_time='happened_at', batch_size='day', begin='2026-01-01', lookback=1) }}
select id, customer, happened_at from {{ source('raw', 'events') }}
