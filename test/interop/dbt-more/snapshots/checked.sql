{% snapshot checked %}
{{ config(target_schema='analytics', unique_key='id', strategy='check', check_cols=['customer']) }}
select id, customer from {{ source('raw', 'events') }}
{% endsnapshot %}
