{{ unpivot(ref('people'), ['id', 'seen_at']) }} order by id, field_name
