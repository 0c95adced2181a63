with replaced as (
    delete from uxpipeline.visitor_runs known
    using merged_runs r
    where known.visitor_key = r.visitor_key and known.session_id is not null
        and known.started_at between r.started_at and r.ended_at
        and known.started_at <> r.started_at
)
insert into uxpipeline.visitor_runs as known (visitor_key, started_at, ended_at, session_id)
select r.visitor_key, r.started_at, r.ended_at, r.session_id
from merged_runs r
order by r.visitor_key, r.started_at
on conflict (visitor_key, started_at) do update
set ended_at = excluded.ended_at
where known.ended_at < excluded.ended_at;
