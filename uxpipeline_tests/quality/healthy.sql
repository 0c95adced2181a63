-- A small project in good health: every relation that a suite reads holds rows.
select uxpipeline.ensure_event_partitions(current_date - 2, current_date + 2);

insert into uxpipeline.funnel_steps (funnel_name, step_order, step_name)
values ('lead_capture', 1, 'start'), ('lead_capture', 2, 'lead');

insert into public.user_sessions (session_id, landing_page, created_at, exit_reason, device_type, duration_seconds)
select 'session-' || n, '/', now() - interval '1 hour', 'close', 'mobile', 60
from generate_series(1, 6) n;

insert into public.behavior_events (
    session_id, event_type, element_path, component_id, event_data, "timestamp", page_url
)
select us.session_id, e.event_type, '#pay', 'checkout', e.event_data, us.created_at + interval '10 seconds', '/pay'
from public.user_sessions us
cross join (values
    ('page_view', '{}'::jsonb),
    ('click', '{}'),
    ('rage_click', '{}'),
    ('rage_click', '{}'),
    ('hesitation', '{"hesitation_ms": 3000}'),
    ('scroll_depth', '{"percentage": 80}')
) e (event_type, event_data);

insert into public.conversion_funnels (
    funnel_name, step_name, step_order, session_id, entered_at, exited_at, duration_seconds
)
select fs.funnel_name, fs.step_name, fs.step_order, 'session-1', now() - interval '50 minutes', now(), 3000
from uxpipeline.funnel_steps fs;

alter table public.optimization_history disable trigger guard_proposal;
insert into public.optimization_history (
    proposal_id, status, friction_point, component_id, change_description, proposed_changes, ai_confidence,
    expected_impact, implemented_at
)
values
    ('proposal-1', 'implemented', '#pay', 'checkout', 'Show progress', '{}', 0.7, 0.02, now()),
    ('proposal-2', 'proposed', '#pay', 'checkout', 'Larger button', '{}', 0.6, 0.01, null);
alter table public.optimization_history enable trigger guard_proposal;

insert into public.a_b_tests (test_id, test_name, component_id, variant_a, variant_b, status, start_date)
values ('test-1', 'Show progress', 'checkout', '{}', '{}', 'active', now() - interval '1 day');

insert into public.variant_assignments (test_id, session_id, variant)
select 'test-1', us.session_id, case when us.session_id < 'session-4' then 'A' else 'B' end
from public.user_sessions us;

insert into uxpipeline.ingest_files (
    id, path, source, sha256, status, lines, inserted, duplicates, quarantined, parked, ignored, started_at
)
values
    (1, 'a.ndjson', 'native', 'aa', 'loaded', 100, 90, 5, 2, 1, '{"flag": 2}', now()),
    (2, 'b.ndjson', 'native', 'bb', 'aborted', 100, 0, 0, 0, 0, '{}', now());

insert into public.friction_scores (
    as_of, surface_level, surface_key, signal, denominator, exposed_sessions, affected_sessions, affected_visitors,
    converted_sessions, rate, rate_low, rate_high, evidence_grade, rank, score_version, input_watermark, observed_days
)
values
    (current_date, 'element', '#pay', 'any', 'interaction', 6, 6, 6, 1, 0.9, 0.8, 0.99, 'D', 1, 'v1', now(), 1),
    (current_date, 'element', '#cart', 'any', 'interaction', 6, 0, 0, 1, 0.01, 0, 0.1, 'D', 2, 'v1', now(), 1);

