MODEL (
  name shop.raw_orders,
  kind SEED (path '../seeds/orders.csv'),
  columns (id BIGINT, customer VARCHAR(20), amount DECIMAL(10, 2), ordered_on DATE),
  grain id
);
