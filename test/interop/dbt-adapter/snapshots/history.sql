{% snapshot history %}
{{ config(target_schema='analytics', unique_key='id', strategy='timestamp', updated_at='at', hard_deletes='new_record') }}
select id, region, at from {{ source('raw', 'orders') }}
{% endsnapshot %}
{% snapshot ended %}
{{ config(target_schema='analytics', unique_key=['id', 'region'], strategy='check', check_cols='all', hard_deletes='invalidate', dbt_valid_to_current="cast('9999-12-31' as timestamp)") }}
select id, region, amount from {{ source('raw', 'orders') }}
{% endsnapshot %}
