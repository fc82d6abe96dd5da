select * from {{ ref('ephemeral_paid') }}
