{{ generate_numbers(10) }}
