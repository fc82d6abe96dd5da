{{ union_relations([ref('people'), ref('other_people')]) }}
