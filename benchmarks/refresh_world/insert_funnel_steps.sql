-- One session in twelve begins the lead form, one in six looks at a product; fewer reach each next step.
insert into public.conversion_funnels (
    id, funnel_name, step_name, step_order, session_id, entered_at, duration_seconds
)
select
    md5(s.session_id || f.funnel || step)::uuid, f.funnel, 'step ' || step, step, s.session_id,
    s.started_at + interval '20 seconds' * step, 20
from world_sessions s
cross join (values ('lead_capture', 3, 0.08, 0.0), ('purchase', 5, 0.17, 0.5)) f (funnel, steps, share, start)
cross join lateral generate_series(1, f.steps) step
where s.intent >= f.start and s.intent < f.start + f.share * 0.6 ^ (step - 1)
on conflict do nothing;
