-- A first or last moment that was lost has to be looked up: for all components and pages at once.
create temporary table component_bounds on commit drop as
with lost as materialized (
    select d.component_id, d.page_url
    from component_deltas d
    join uxpipeline.component_totals t on t.component_id = d.component_id and t.page_url = d.page_url
    where (d.lost_first <= t.first_seen and (d.first_seen <= t.first_seen) is not true)
        or (d.lost_last >= t.last_seen and (d.last_seen >= t.last_seen) is not true)
)
select f.component_id, f.page_url, min(f.first_seen) as first_seen, max(f.last_seen) as last_seen
from uxpipeline.session_components f
join lost on lost.component_id = f.component_id and lost.page_url = f.page_url
where f.component_id = any (array(select lost.component_id from lost))
group by f.component_id, f.page_url;
