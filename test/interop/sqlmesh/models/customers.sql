MODEL (name shop.customers, kind INCREMENTAL_BY_UNIQUE_KEY (unique_key customer));
SELECT customer::VARCHAR(20) AS customer, COUNT(*)::BIGINT AS orders, MAX(ordered_on)::DATE AS last_on FROM shop.orders GROUP BY 1;
