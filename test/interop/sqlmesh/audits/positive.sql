AUDIT (name amount_is_positive);
SELECT * FROM @this_model WHERE amount <= 0;
