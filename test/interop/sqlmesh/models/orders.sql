MODEL (name shop.orders, kind VIEW, description 'All orders', audits (unique_values(columns := id), not_null(columns := (id, customer)), amount_is_positive));
SELECT id, customer, amount, ordered_on /* the day of the order */ FROM shop.raw_orders;
