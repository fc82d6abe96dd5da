MODEL (
  name shop.by_day,
  kind INCREMENTAL_BY_TIME_RANGE (time_column ordered_on),
  start '2026-01-01',
  cron '@daily',
  physical_properties (diststyle = 'ALL')
);
SELECT ordered_on::DATE AS ordered_on, COUNT(*)::BIGINT AS orders, SUM(id)::BIGINT AS ids
FROM shop.orders WHERE ordered_on BETWEEN @start_ds AND @end_ds GROUP BY 1;
