MODEL (name shop.history, kind SCD_TYPE_2_BY_COLUMN (unique_key id, columns [customer, amount], invalidate_hard_deletes true));
SELECT id::BIGINT AS id, customer::VARCHAR(20) AS customer, amount::DECIMAL(10, 2) AS amount FROM shop.orders;
