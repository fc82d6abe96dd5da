{{ config(materialized='materialized_view', on_configuration_change='apply', auto_refresh=var('step') == 2, dist='region' if var('step') == 3 else 'even') }}
select region, count(*) as orders from {{ source('raw', 'orders') }} group by region
