{# What the adapter offers to macros, as operations. #}

{% macro relations_of(schema) %}
  {%- for row in redshift__get_relations() if row.dependent_schema == schema -%}
    {{ log('DEPENDS ' ~ row.dependent_name ~ ' ON ' ~ row.referenced_schema ~ '.' ~ row.referenced_name, info=true) }}
  {%- endfor -%}
{% endmacro %}

{% macro columns_of(schema, name) %}
  {%- for column in adapter.get_columns_in_relation(adapter.get_relation(target.database, schema, name)) -%}
    {{ log('COLUMN ' ~ column.name ~ ' ' ~ column.data_type, info=true) }}
  {%- endfor -%}
{% endmacro %}

{% macro grow(schema, from_name, to_name) %}
  {%- set (source, goal) = (adapter.get_relation(target.database, schema, from_name), adapter.get_relation(target.database, schema, to_name)) -%}
  {{ log('MISSING ' ~ adapter.get_missing_columns(source, goal) | map(attribute='name') | join(','), info=true) }}
  {%- do adapter.expand_target_column_types(source, goal) -%}
  {%- do adapter.truncate_relation(goal) -%}
  {%- do adapter.commit() if false -%}
{% endmacro %}

{% macro schemas() %}
  {%- do adapter.create_schema(api.Relation.create(database=target.database, schema='short_lived')) -%}
  {{ log('EXISTS ' ~ adapter.check_schema_exists(target.database, 'short_lived'), info=true) }}
  {%- do run_query('create table short_lived.t as select 1 as a') -%}
  {%- do adapter.drop_schema(api.Relation.create(database=target.database, schema='short_lived')) -%}
  {{ log('EXISTS ' ~ adapter.check_schema_exists(target.database, 'short_lived'), info=true) }}
{% endmacro %}
