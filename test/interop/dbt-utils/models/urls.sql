with urls as (
  select 1 as id, 'https://example.com/blog/post?utm_source=mail&x=1'::varchar(200) as url
  union all select 2, 'android-app://m.example.com?x=2'
  union all select 3, 'http://example.org'
)
select id, {{ url_host('url') }} as host, {{ url_path('url') }} as path, {{ url_parameter('url', 'utm_source') }} as source from urls
