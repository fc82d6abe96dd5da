select color, {{ pivot('size', column_values(ref('people'), 'size')) }}, {{ pivot("name || '''s'", ["ada's"], then_value='amount', agg='max') }}
from {{ ref('people') }} group by color
