{# Macros that write SQL from the columns and values of a relation. #}

{% macro columns_of(relation, except=[]) %}
  {%- set names = [] -%}
  {%- for column in adapter.get_columns_in_relation(relation) -%}
    {%- if column.name | lower not in except -%}{%- do names.append(column) -%}{%- endif -%}
  {%- endfor -%}
  {{ return(names) }}
{% endmacro %}

{% macro star(relation, except=[], alias=none) -%}
  {%- for column in columns_of(relation, except) -%}
    {{ alias ~ '.' if alias }}{{ adapter.quote(column.name) | trim }}{{ ',' if not loop.last }}
  {% endfor -%}
{%- endmacro %}

{% macro surrogate_key(fields) -%}
  {%- set parts = [] -%}
  {%- for field in fields -%}
    {%- do parts.append("coalesce(cast(" ~ field ~ " as " ~ dbt.type_string() ~ "), '_surrogate_key_null_')") -%}
    {%- if not loop.last -%}{%- do parts.append("'-'") -%}{%- endif -%}
  {%- endfor -%}
  {{ dbt.hash(dbt.concat(parts)) }}
{%- endmacro %}

{% macro column_values(relation, column, order='count(*) desc, value') %}
  {%- if not execute -%}{{ return([]) }}{%- endif -%}
  {%- call statement('values', fetch_result=true) %}
    select {{ column }} as value from {{ relation }} group by {{ column }} order by {{ order }}
  {%- endcall -%}
  {{ return(load_result('values')['data'] | map(attribute=0) | list) }}
{% endmacro %}

{% macro pivot(column, values, then_value=1, agg='sum') -%}
  {%- for value in values %}
    {{ agg }}(case when {{ column }} = '{{ dbt.escape_single_quotes(value) }}' then {{ then_value }} else 0 end) as {{ adapter.quote(value) }}
    {%- if not loop.last %},{% endif %}
  {%- endfor %}
{%- endmacro %}

{% macro unpivot(relation, keep, cast_to=dbt.type_string()) -%}
  {%- for column in columns_of(relation, keep) %}
    select {{ keep | join(', ') }}, cast('{{ column.name }}' as {{ dbt.type_string() }}) as field_name,
      cast({{ column.name }} as {{ cast_to }}) as value
    from {{ relation }}
    {% if not loop.last %}union all{% endif %}
  {%- endfor %}
{%- endmacro %}

{% macro union_relations(relations) -%}
  {%- set superset = {} -%}
  {%- for relation in relations -%}
    {%- for column in columns_of(relation) -%}
      {%- if column.name not in superset or column.is_string() and superset[column.name].is_string() and column.string_size() > superset[column.name].string_size() -%}
        {%- do superset.update({column.name: column}) -%}
      {%- endif -%}
    {%- endfor -%}
  {%- endfor -%}
  {%- for relation in relations %}
    {%- set own = columns_of(relation) | map(attribute='name') | list %}
    (
      select cast({{ dbt.string_literal(relation) }} as {{ dbt.type_string() }}) as _source_relation
      {%- for name, column in superset.items() %},
        cast({{ adapter.quote(name) if name in own else 'null' }} as {{ column.data_type }}) as {{ adapter.quote(name) }}
      {%- endfor %}
      from {{ relation }}
    )
    {% if not loop.last %}union all{% endif %}
  {%- endfor %}
{%- endmacro %}

{% macro deduplicate(relation, partition_by, order_by) -%}
  select * from {{ relation }} as tt
  qualify row_number() over (partition by {{ partition_by }} order by {{ order_by }}) = 1
{%- endmacro %}

{% macro deduplicate_by_join(relation, partition_by, order_by) -%}
  with row_numbered as (
    select _inner.*, row_number() over (partition by {{ partition_by }} order by {{ order_by }}) as rn
    from {{ relation }} as _inner
  )
  select distinct data.* from {{ relation }} as data natural join row_numbered where row_numbered.rn = 1
{%- endmacro %}

{% macro relations_like(pattern) %}
  {%- if not execute -%}{{ return([]) }}{%- endif -%}
  {%- call statement('tables', fetch_result=true) %}
    select distinct table_schema as {{ adapter.quote('table_schema') }}, table_name as {{ adapter.quote('table_name') }},
      case table_type
        when 'BASE TABLE' then 'table' when 'EXTERNAL TABLE' then 'external' when 'MATERIALIZED VIEW' then 'materializedview'
        else lower(table_type)
      end as {{ adapter.quote('table_type') }}
    from {{ target.database }}.information_schema.tables
    where table_schema ilike '{{ target.schema }}' and table_name ilike '{{ pattern }}' and table_name not ilike ''
  {%- endcall -%}
  {%- set relations = [] -%}
  {%- for row in load_result('tables')['table'] | sort(attribute='table_name') -%}
    {%- do relations.append(api.Relation.create(database=target.database, schema=row.table_schema, identifier=row.table_name, type=row.table_type)) -%}
  {%- endfor -%}
  {{ return(relations) }}
{% endmacro %}
