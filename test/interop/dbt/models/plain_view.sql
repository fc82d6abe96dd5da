select id, dateadd(day, 1, ordered_at) as tomorrow, listagg(customer, ',') within group (order by customer) as who from {{ ref('raw_orders') }} group by 1, 2
