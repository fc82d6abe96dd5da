-- depends_on: {{ ref('people') }}, {{ ref('other_people') }}
{{ union_relations(relations_like('%people')) }}
