with gone as (
    select s.session_id, c.component_id, c.page_url
    from component_changes c
    join stale_sessions s on s.n = c.n
    where c.sign = -1
)
delete from uxpipeline.session_components f
using gone
where f.session_id = any (array(select gone.session_id from gone))
    and f.session_id = gone.session_id and f.component_id = gone.component_id and f.page_url = gone.page_url;
