MODEL (name shop.kept, kind VIEW (materialized true));
SELECT customer, COUNT(*) AS orders FROM shop.totals GROUP BY customer;
