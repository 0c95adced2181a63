-- What the file tells of each session on each day that is stored apart: one look at its events answers many questions.
create temporary table sessions_of_new_days on commit drop as
select
    e.session_id,
    (e."timestamp" at time zone 'UTC')::date as day,
    min(e."timestamp") as first_at,
    max(e."timestamp") as last_at,
    count(*) filter (where e.event_type = 'page_view')::integer as page_views
from uxpipeline.stage_events e
where e.load_id = %(load_id)s
    and cardinality(%(new_days)s::date[]) > 0
    and (e."timestamp" at time zone 'UTC')::date = any (%(new_days)s::date[])
    and not exists (select from refused_lines r where r.line_no = e.line_no)
group by 1, 2;
