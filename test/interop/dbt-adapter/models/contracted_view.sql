{{ config(materialized='view', bind=false, contract={'enforced': true}) }}
select id, code from {{ ref('contracted') }}
