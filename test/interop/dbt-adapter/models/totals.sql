select region, count(amount) as paid, bool_and(is_paid) as all_paid, sum(amount) as sum, listagg(id, ',') within group (order by id) as ids, max(at) as last_at
from {{ ref('orders') }} group by region
