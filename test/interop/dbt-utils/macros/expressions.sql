{# Macros that write expressions and series. #}

{% macro generate_numbers(upper_bound) -%}
  {%- set bits = (upper_bound - 1).bit_length() if upper_bound > 1 else 1 -%}
  with p as (select 0 as generated_number union all select 1), unioned as (
    select
    {% for i in range(bits) %}p{{ i }}.generated_number * power(2, {{ i }}){% if not loop.last %} + {% endif %}{% endfor %}
    + 1 as generated_number
    from {% for i in range(bits) %}p as p{{ i }}{% if not loop.last %} cross join {% endif %}{% endfor %}
  )
  select * from unioned where generated_number <= {{ upper_bound }} order by generated_number
{%- endmacro %}

{% macro intervals_between(start, end, part) %}
  {%- if not execute -%}{{ return(1) }}{%- endif -%}
  {%- call statement('intervals', fetch_result=true) %}select {{ dbt.datediff(start, end, part) }}{%- endcall -%}
  {{ return(load_result('intervals')['data'][0][0]) }}
{% endmacro %}

{% macro spine(part, start, end) -%}
  with rawdata as ({{ generate_numbers(intervals_between(start, end, part)) }}),
  all_periods as (
    select ({{ dbt.dateadd(part, 'row_number() over (order by 1) - 1', start) }}) as date_{{ part }} from rawdata
  ),
  filtered as (select * from all_periods where date_{{ part }} <= {{ end }})
  select * from filtered
{%- endmacro %}

{% macro bucket(expr, low, high, buckets) -%}
  {%- set size = '(((' ~ high ~ ' - ' ~ low ~ ') * 1.0) / ' ~ buckets ~ ')' -%}
  (
    case when {{ expr }} < {{ low }} then 0 when {{ expr }} >= {{ high }} then {{ buckets }} + 1 else
      (case
        when mod({{ dbt.safe_cast(expr, dbt.type_numeric()) }}, {{ dbt.safe_cast(size, dbt.type_numeric()) }}) = 0 then 1 else 0
      end) + least(ceil(({{ expr }} - {{ low }}) / {{ size }}), {{ buckets }} + 1)
    end
  )
{%- endmacro %}

{% macro haversine(lat1, lon1, lat2, lon2, unit='mi') -%}
  2 * {{ 6371 if unit == 'km' else 3961 }} * asin(sqrt(power((sin(radians(({{ lat2 }} - {{ lat1 }}) / 2))), 2)
    + cos(radians({{ lat1 }})) * cos(radians({{ lat2 }})) * power((sin(radians(({{ lon2 }} - {{ lon1 }}) / 2))), 2)))
{%- endmacro %}

{% macro url_host(field) -%}
  {%- set bare = dbt.replace(dbt.replace(dbt.replace(field, "'android-app://'", "''"), "'http://'", "''"), "'https://'", "''") -%}
  {{ dbt.safe_cast(dbt.split_part(dbt.split_part(bare, "'/'", 1), "'?'", 1), dbt.type_string()) }}
{%- endmacro %}

{% macro url_path(field) -%}
  {%- set bare = dbt.replace(dbt.replace(field, "'http://'", "''"), "'https://'", "''") -%}
  {%- set slash = "coalesce(nullif(" ~ dbt.position("'/'", bare) ~ ", 0), " ~ dbt.position("'?'", bare) ~ " - 1)" -%}
  {%- set rest = dbt.right(bare, dbt.length(bare) ~ " - " ~ slash) -%}
  {{ dbt.safe_cast(dbt.split_part(rest, "'?'", 1), dbt.type_string()) }}
{%- endmacro %}

{% macro url_parameter(field, name) -%}
  nullif({{ dbt.split_part(dbt.split_part(field, "'" ~ name ~ "='", 2), "'&'", 1) }}, '')
{%- endmacro %}
