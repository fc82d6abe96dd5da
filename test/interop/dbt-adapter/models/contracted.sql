{{ config(materialized='table', contract={'enforced': true}, sort_type='interleaved', sort=['id', 'code'], dist='all', backup=false) }}
{% call set_sql_header(config) %}set query_group to 'contracts';{% endcall %}
select 1::bigint as id, 'a'::varchar(10) as code, 1.5::numeric(12,3) as price
