select id, name, size, color, amount, seen_at from {{ source('raw', 'people') }}
