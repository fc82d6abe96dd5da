{{ deduplicate(ref('people'), 'color', 'seen_at') }}
