-- Double entry: the totals of some components, others every day, against the sum of their sessions.
with sampled as (
    select distinct t.component_id
    from uxpipeline.component_totals t
    order by t.component_id
    offset %(offset)s
    limit %(most)s
)
select count(*) as looked_at, count(*) filter (where t is distinct from summed) as unlike
from (
    select t.component_id, t.page_url, t.sessions, t.conversions, t.interactions, t.first_seen, t.last_seen
    from uxpipeline.component_totals t
    join sampled on sampled.component_id = t.component_id
) t
full join (
    select
        f.component_id, f.page_url, count(*) as sessions, count(*) filter (where f.converted) as conversions,
        sum(f.interactions)::bigint as interactions, min(f.first_seen) as first_seen, max(f.last_seen) as last_seen
    from uxpipeline.session_components f
    join sampled on sampled.component_id = f.component_id
    group by f.component_id, f.page_url
) summed on summed.component_id = t.component_id and summed.page_url = t.page_url;
