{{ spine('month', "cast('2024-01-31' as timestamp)", "cast('2024-05-01' as timestamp)") }}
