with places as (select 48.8567 as lat1, 2.3508 as lon1, 51.5074::float as lat2, -0.1278::float as lon2)
select round({{ haversine('lat1', 'lon1', 'lat2', 'lon2', 'km') }}) as km, {{ haversine('lat1', 'lon1', 'lat1', 'lon1') }} as none from places
