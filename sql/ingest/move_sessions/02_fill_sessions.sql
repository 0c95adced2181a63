-- What the earlier part of a joined session did not know, the later one may have.
update public.user_sessions us
set user_agent = coalesce(us.user_agent, part.user_agent),
    referrer = coalesce(us.referrer, part.referrer),
    device_type = coalesce(us.device_type, part.device_type),
    screen_resolution = coalesce(us.screen_resolution, part.screen_resolution),
    language = coalesce(us.language, part.language),
    visitor_key = coalesce(us.visitor_key, part.visitor_key)
from (
    select
        m.new_id,
        (array_agg(old.user_agent order by m.created_at) filter (where old.user_agent is not null))[1] as user_agent,
        (array_agg(old.referrer order by m.created_at) filter (where old.referrer is not null))[1] as referrer,
        (array_agg(old.device_type order by m.created_at) filter (where old.device_type is not null))[1] as device_type,
        (array_agg(old.screen_resolution order by m.created_at) filter (where old.screen_resolution is not null))[1]
            as screen_resolution,
        (array_agg(old.language order by m.created_at) filter (where old.language is not null))[1] as language,
        (array_agg(old.visitor_key order by m.created_at) filter (where old.visitor_key is not null))[1] as visitor_key
    from moved_sessions m
    join public.user_sessions old on old.session_id = m.old_id
    group by m.new_id
) part
where us.session_id = part.new_id;
