-- Rows as an owner wrote them before later versions added columns.
insert into public.user_sessions (session_id, landing_page, created_at, visitor_key)
select 's' || n, '/landing', '2026-11-01 10:00:00+00'::timestamptz + n * interval '1 minute', 'visitor ' || n % 7
from generate_series(1, 200) n;
insert into public.behavior_events (session_id, event_type, "timestamp", page_url, element_path, component_id, event_data)
select
    's' || n % 200 + 1, case when n % 5 = 0 then 'rage_click' else 'click' end,
    '2026-11-01 10:00:00+00'::timestamptz + n * interval '7 minutes', '/cart', '#pay', 'checkout',
    case when n % 9 = 0 then '{"hesitation_ms": "abc"}' else '{}' end::jsonb
from generate_series(1, 2000) n;
insert into public.conversion_funnels (funnel_name, step_name, step_order, session_id, entered_at)
select 'lead_capture', 'step ' || step, step, 's' || n, '2026-11-01 11:00:00+00'::timestamptz + n * interval '1 minute'
from generate_series(1, 60) n cross join generate_series(1, 1 + n % 3) step;
insert into public.a_b_tests (test_id, test_name, component_id, variant_a, variant_b, status)
values ('t', 'Test', 'checkout', '{}', '{}', 'active');
insert into public.variant_assignments (test_id, session_id, variant)
select 't', 's' || n, case when n % 2 = 0 then 'A' else 'B' end from generate_series(1, 100) n;
insert into public.optimization_history (proposal_id, status, friction_point, change_description, proposed_changes)
values ('p', 'proposed', '#pay', 'Larger', '{}');
