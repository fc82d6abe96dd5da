{% snapshot history %}
{{ config(target_schema='analytics', unique_key='id', strategy='check', check_cols=['customer', 'amount']) }}
select * from {{ ref('raw_orders') }}
{% endsnapshot %}
