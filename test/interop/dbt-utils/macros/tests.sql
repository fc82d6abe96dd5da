{# Generic tests over two relations or groups of rows. #}

{% test equal_rowcount(model, compare_model) %}
  with a as (select 1 as id_equal_rowcount, count(*) as count_a from {{ model }} group by id_equal_rowcount),
  b as (select 1 as id_equal_rowcount, count(*) as count_b from {{ compare_model }} group by id_equal_rowcount),
  final as (
    select a.id_equal_rowcount as id_a, b.id_equal_rowcount as id_b, count_a, count_b, abs(count_a - count_b) as diff_count
    from a full join b on a.id_equal_rowcount = b.id_equal_rowcount
  )
  select * from final where diff_count <> 0 or id_a is null or id_b is null
{% endtest %}

{% test equality(model, compare_model) %}
  {%- set names = columns_of(model) | map(attribute='quoted') | join(', ') %}
  with a as (select * from {{ model }}), b as (select * from {{ compare_model }}),
  a_minus_b as (select {{ names }} from a {{ dbt.except() }} select {{ names }} from b),
  b_minus_a as (select {{ names }} from b {{ dbt.except() }} select {{ names }} from a),
  unioned as (
    select 'a_minus_b' as which_diff, a_minus_b.* from a_minus_b
    union all
    select 'b_minus_a' as which_diff, b_minus_a.* from b_minus_a
  )
  select * from unioned
{% endtest %}

{% test sequential(model, column_name, interval=1, datepart=none) %}
  with windowed as (
    select {{ column_name }}, lag({{ column_name }}) over (order by {{ column_name }}) as previous_value from {{ model }}
  )
  select * from windowed where
  {% if datepart %}
    not (cast({{ column_name }} as {{ dbt.type_timestamp() }}) = cast({{ dbt.dateadd(datepart, interval, 'previous_value') }} as {{ dbt.type_timestamp() }}))
  {% else %}not ({{ column_name }} = previous_value + {{ interval }}){% endif %}
{% endtest %}

{% test exclusive_ranges(model, lower, upper, partition_by) %}
  with window_functions as (
    select {{ partition_by }} as partition_by_col, {{ lower }} as lower_bound, {{ upper }} as upper_bound,
      lead({{ lower }}) over (partition by {{ partition_by }} order by {{ lower }}, {{ upper }}) as next_lower_bound,
      row_number() over (partition by {{ partition_by }} order by {{ lower }} desc, {{ upper }} desc) = 1 as is_last_record
    from {{ model }}
  ),
  calc as (
    select *, coalesce(lower_bound < upper_bound, false) as lower_less_than_upper,
      coalesce(upper_bound <= next_lower_bound, is_last_record, false) as upper_before_next
    from window_functions
  )
  select * from calc where not (lower_less_than_upper and upper_before_next)
{% endtest %}

{% test not_null_proportion(model, column_name, at_least) %}
  with validation as (
    select sum(case when {{ column_name }} is null then 0 else 1 end) / cast(count(*) as {{ dbt.type_numeric() }}) as not_null_proportion
    from {{ model }}
  ),
  validation_errors as (select not_null_proportion from validation where not_null_proportion < {{ at_least }})
  select * from validation_errors
{% endtest %}

{% test recency(model, field, datepart, interval) %}
  with recency as (select max(cast({{ field }} as {{ dbt.type_timestamp() }})) as most_recent from {{ model }})
  select most_recent, cast({{ dbt.dateadd(datepart, interval * -1, dbt.current_timestamp()) }} as {{ dbt.type_timestamp() }}) as threshold
  from recency
  where most_recent < cast({{ dbt.dateadd(datepart, interval * -1, dbt.current_timestamp()) }} as {{ dbt.type_timestamp() }})
{% endtest %}

{% test cardinality_equality(model, column_name, to, field) %}
  with table_a as (select {{ column_name }}, count(*) as num_rows from {{ model }} group by {{ column_name }}),
  table_b as (select {{ field }}, count(*) as num_rows from {{ to }} group by {{ field }}),
  except_a as (select * from table_a {{ dbt.except() }} select * from table_b),
  except_b as (select * from table_b {{ dbt.except() }} select * from table_a),
  unioned as (select * from except_a union all select * from except_b)
  select * from unioned
{% endtest %}

{% test at_least_one(model, column_name) %}
  select * from (
    with pruned_rows as (select {{ column_name }} from {{ model }} where {{ column_name }} is not null limit 1)
    select count({{ column_name }}) as filler_column from pruned_rows having count({{ column_name }}) = 0
  ) validation_errors
{% endtest %}

{% test unique_combination(model, combination) %}
  with validation_errors as (
    select {{ combination | join(', ') }} from {{ model }} group by {{ combination | join(', ') }} having count(*) > 1
  )
  select * from validation_errors
{% endtest %}
