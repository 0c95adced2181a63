-- The sessions owed for the day, each with the span of time that holds all its events, known and new.
create temporary table stale_sessions on commit drop as
select
    owed.session_id,
    least(min(f.first_at), min(other.day)::timestamp at time zone 'UTC') as span_start,
    greatest(
        max(f.last_at) + interval '1 microsecond', (max(other.day) + 1)::timestamp at time zone 'UTC'
    ) as span_end
from (select distinct session_id from uxpipeline.stale_sessions where day = %(day)s) owed
join uxpipeline.stale_sessions other on other.session_id = owed.session_id
left join lateral (
    select * from uxpipeline.session_facts known where known.session_id = owed.session_id offset 0
) f on true
group by owed.session_id;
