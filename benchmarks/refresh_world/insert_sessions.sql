-- As the loader leaves sessions whose events ended long ago, or as a beacon begins them.
insert into public.user_sessions (
    session_id, user_agent, landing_page, exit_page, exit_reason, device_type, country_code, created_at, duration_seconds,
    page_count, supplied
)
select
    session_id, 'Firefox 140', 'https://shop.example/page-' || landing,
    case when loaded then 'https://shop.example/page-' || landing end,
    case when loaded then 'timeout' end,
    (array['desktop', 'mobile', 'tablet'])[1 + n %% 3], 'DE', started_at,
    case when loaded then events * 9 end,
    case when loaded then 1 + events / 6 else 1 end,
    case when loaded then '{}'::text[] end
from world_sessions
cross join (select %(load_id)s::bigint is not null as loaded) origin
on conflict do nothing;
