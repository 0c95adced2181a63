-- Whatever the columns take, written by the role of the beacon; `n` picks combinations.
insert into public.user_sessions (
    session_id, user_agent, referrer, landing_page, language, screen_resolution, created_at
)
select
    'h' || n, t.t, t.t, t.t, left(t.t, 8), left(t.t, 8), %(now)s::timestamptz - n %% 160 * interval '1 hour'
from generate_series(0, %(sessions)s - 1) n
cross join lateral (select (%(texts)s::text[])[1 + n %% cardinality(%(texts)s::text[])] as t) t;
insert into public.behavior_events (
    session_id, event_type, element_path, element_type, element_text, coordinates, viewport_size, event_data,
    "timestamp", page_url, component_id, metadata
)
select
    'h' || n * 17 %% %(sessions)s, (%(kinds)s::text[])[1 + n %% 12], one.t, left(two.t, 40), one.t, data.small, data.small,
    data.d,
    %(now)s::timestamptz + interval '4 minutes' - n %% 10000 * interval '1 minute', two.t, left(one.t, 40), data.d
from generate_series(1, %(events)s) n
cross join lateral (select (%(texts)s::text[])[1 + n %% cardinality(%(texts)s::text[])] as t) one
cross join lateral (select (%(texts)s::text[])[1 + n / 41 %% cardinality(%(texts)s::text[])] as t) two
cross join lateral (
    select d, case when pg_column_size(d) <= 4096 then d end as small
    from (select (%(data)s::jsonb[])[1 + n / 12 %% cardinality(%(data)s::jsonb[])] as d) picked
) data;
insert into public.conversion_funnels (
    funnel_name, step_name, step_order, session_id, entered_at, exited_at, duration_seconds, dropoff_reason, metadata
)
select
    case when n %% 3 = 0 then 'lead_capture' else 'f' || left(t.t, 40) end, 's' || left(t.t, 40),
    case when n %% 11 = 0 then 2147483647 else 1 + n %% 97 end, 'h' || n %% %(sessions)s,
    %(now)s::timestamptz - n %% 160 * interval '1 hour', '2099-12-31 23:59:59+00',
    case when n %% 7 = 0 then 2147483647 end, t.t, '{"note": "Infinity"}'
from generate_series(1, %(steps)s) n
cross join lateral (select (%(texts)s::text[])[1 + n %% cardinality(%(texts)s::text[])] as t) t
on conflict do nothing;
insert into public.variant_assignments (test_id, session_id, variant, assigned_at, metadata)
select 't', 'h' || n, case when n %% 2 = 0 then 'A' else 'B' end, %(now)s, '{"weight": 1e400}'
from generate_series(0, %(assignments)s - 1) n;
