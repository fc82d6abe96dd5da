select
  {{ dbt.any_value('size') }} is not null as any_value, {{ dbt.bool_or('amount > 5') }} as bool_or,
  {{ dbt.cast_bool_to_text('max(id) > 3') }} as as_text,
  {{ dbt.listagg('name', "', '", 'order by id') }} as names, {{ dbt.listagg('name', "', '", 'order by id', 2) }} as first_names,
  {{ dbt.split_part("'a|b|c'", "'|'", -1) }} as last_part, {{ dbt.right("'abc'", 2) }} as end_of_it,
  {{ dbt.length("'ż b '") }} as characters, {{ dbt.position("'b'", "'abc'") }} as place,
  {{ dbt.last_day("cast('2024-02-10' as date)", 'month') }} as last_of_month, {{ dbt.last_day("cast('2024-02-10' as date)", 'quarter') }} as last_of_quarter,
  {{ dbt.date_trunc('week', "cast('2024-03-03' as date)") }} as week, {{ dbt.datediff("'2024-01-01'", "'2024-03-01'", 'month') }} as months,
  {{ dbt.dateadd('hour', 25, "'2024-02-28'") }} as later, {{ dbt.safe_cast("'7'", dbt.type_int()) }} as seven,
  {{ dbt.array_append(dbt.array_construct([1, 2]), 3) }} as numbers, {{ dbt.array_concat(dbt.array_construct(["'a'"]), dbt.array_construct([])) }} as letters,
  {{ dbt.hash("'x'") }} as hash, {{ dbt.string_literal("it") }} as literal, {{ dbt.date(2024, 2, 9) }} as made,
  {{ dbt.current_timestamp() }} > '2026-01-01' as now, {{ dbt.current_timestamp_backcompat() }} > '2026-01-01' as utc,
  sum(amount) / nullif(sum(amount - amount), 0) as divided, coalesce(max(null::int), 0) + coalesce(count(*), 0) as added
from {{ ref('people') }}
