select amount, {{ bucket('amount', 0, 10, 4) }} as bucket, {{ bucket('seen_at::date - date \'2026-01-01\'', 1, 4, 3) }} as day_bucket
from {{ ref('people') }}
