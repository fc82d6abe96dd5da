select 9::bigint as id, 'a name that is much longer than the others'::varchar(60) as name, true as extra
