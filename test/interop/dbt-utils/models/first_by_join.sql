{{ deduplicate_by_join(ref('people'), 'color', 'seen_at') }}
