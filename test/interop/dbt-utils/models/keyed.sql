select {{ surrogate_key(['id', 'name', 'amount']) }} as key, {{ star(ref('people'), except=['seen_at'], alias='p') }}
from {{ ref('people') }} p
