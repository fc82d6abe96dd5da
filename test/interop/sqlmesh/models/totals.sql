MODEL (name shop.totals, kind FULL);
SELECT customer::VARCHAR(20) AS customer, LISTAGG(id, ',') WITHIN GROUP (ORDER BY id) AS ids, COALESCE(SUM(amount), 0)::DECIMAL(12, 2) AS amount
FROM shop.orders GROUP BY customer;
