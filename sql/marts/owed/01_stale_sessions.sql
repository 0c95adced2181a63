-- The sessions owed for the day, each with the span of time that holds all its events, known and new, and with its record,
-- if it still has one. Numbered in the order of the indexes of the facts, so that rows written in it are near each other.
create temporary table stale_sessions on commit drop as
select
    row_number() over (order by owed.session_id)::integer as n,
    owed.*,
    us.created_at, us.exit_reason,
    us.exit_reason is null
    and case when us.supplied is null then us.exit_page is null else not ('exit_page' = any (us.supplied)) end as is_open
from (
    select
        asked.session_id,
        bool_or(f.session_id is not null) as known,
        least(min(f.first_at), min(other.day)::timestamp at time zone 'UTC') as span_start,
        greatest(
            max(f.last_at) + interval '1 microsecond', (max(other.day) + 1)::timestamp at time zone 'UTC'
        ) as span_end
    from (select distinct session_id from uxpipeline.stale_sessions where day = %(day)s) asked
    join uxpipeline.stale_sessions other on other.session_id = asked.session_id
    left join lateral (
        select * from uxpipeline.session_facts known where known.session_id = asked.session_id offset 0
    ) f on true
    group by asked.session_id
) owed
left join lateral (
    select * from public.user_sessions stored where stored.session_id = owed.session_id offset 0
) us on true;
