insert into uxpipeline.fact_days (
    day, raw_events, funnel_steps, events, sessions, rage_clicks, hesitations, errors, form_abandons, form_submits,
    conversions, digest, computed_at, verified_at
)
select
    %(day)s, n.raw_events, n.funnel_steps, n.events, n.sessions, n.rage_clicks, n.hesitations, n.errors,
    n.form_abandons, n.form_submits, n.conversions, n.digest, %(now)s, %(now)s
from day_counts n
on conflict (day) do update
set raw_events = excluded.raw_events,
    funnel_steps = excluded.funnel_steps,
    events = excluded.events,
    sessions = excluded.sessions,
    rage_clicks = excluded.rage_clicks,
    hesitations = excluded.hesitations,
    errors = excluded.errors,
    form_abandons = excluded.form_abandons,
    form_submits = excluded.form_submits,
    conversions = excluded.conversions,
    digest = excluded.digest,
    computed_at = excluded.computed_at,
    verified_at = excluded.verified_at;
