-- Attributes that events carry about their session: the earliest event that knows one wins, whatever came first.
-- A column that a session record supplied is left alone.
with hints as (
    select given.session_id, min(given.at) as at, jsonb_object_agg(given.key, given.value order by given.at desc, given.value desc) as given
    from (
        select s.session_id, s.at, field.key, field.value
        from uxpipeline.stage_sessions s
        join touched_sessions t on t.session_id = s.session_id
        cross join lateral jsonb_each(
            jsonb_strip_nulls(to_jsonb(s)) - array['load_id', 'line_no', 'session_id', 'at', 'received_at']
        ) field
        where s.load_id = %(load_id)s and s.at is not null
            -- Where a new session began it knows already.
            and (
                not t.is_new
                or coalesce(
                    s.user_agent, s.referrer, s.device_type, s.screen_resolution, s.language, s.country_code, s.visitor_key
                ) is not null
            )
    ) given
    group by given.session_id
),
merged as (
    select us.session_id as key, m.*
    from public.user_sessions us
    join hints h on h.session_id = us.session_id
    -- When the first event before this load was: a supplied start says nothing of it.
    cross join lateral (
        select case
            when 'created_at' = any (us.supplied) then (
                select min(be."timestamp") from public.behavior_events be
                where be.session_id = us.session_id and be.load_id is distinct from %(load_id)s
            )
            else us.created_at
        end as at
    ) stored
    cross join lateral jsonb_populate_record(
        null::public.user_sessions,
        case
            when h.at < stored.at then to_jsonb(us) || (h.given - us.supplied)
            else h.given || jsonb_strip_nulls(to_jsonb(us))
        end
    ) m
    where us.supplied is not null
)
update public.user_sessions us
set landing_page = m.landing_page,
    user_agent = m.user_agent,
    referrer = m.referrer,
    device_type = m.device_type,
    screen_resolution = m.screen_resolution,
    language = m.language,
    country_code = m.country_code,
    visitor_key = m.visitor_key
from merged m
where us.session_id = m.key
    and (
        us.landing_page, us.user_agent, us.referrer, us.device_type, us.screen_resolution, us.language, us.country_code,
        us.visitor_key
    ) is distinct from (
        m.landing_page, m.user_agent, m.referrer, m.device_type, m.screen_resolution, m.language, m.country_code,
        m.visitor_key
    );
