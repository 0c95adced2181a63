-- Per surface and signal: sessions exposed, affected, and affected by this signal before any other; their visitors and
-- conversions; the same of the recent days and of those before. A signal nobody ever sent is absent, not zero.
with known as materialized (
    select
        u.*, ss.visitor_no, ss.converted_at is not null as converted,
        u.in_window and u.first_day > w.as_of - w.recent_days as recent
    from pg_temp.units u
    join pg_temp.scored_sessions ss on ss.session_no = u.session_no
    cross join pg_temp.scoring_window w
),
measured as (
    select
        bool_or(rage_click_at is not null) as rage_click,
        bool_or(hesitation_at is not null) as hesitation,
        bool_or(error_at is not null) as error
    from known
    where in_window
),
exposures as (
    select
        surface_no,
        count(*) filter (where in_window) as in_window,
        count(*) filter (where in_window and converted) as converted,
        count(*) filter (where recent) as recent,
        count(*) filter (where not recent) as prior
    from known
    where exposed
    group by surface_no
),
starts as (
    select
        surface_no,
        count(*) filter (where in_window) as in_window,
        count(*) filter (where in_window and converted) as converted,
        count(*) filter (where recent) as recent,
        count(*) filter (where not recent) as prior
    from known
    where form_started
    group by surface_no
),
denominators as (
    select e.surface_no, s.signal, e.in_window, e.converted, e.recent, e.prior
    from exposures e
    cross join measured m
    cross join lateral (
        values ('any', true), ('error', m.error), ('rage_click', m.rage_click), ('hesitation', m.hesitation)
    ) s (signal, sent)
    where s.sent
    union all
    select surface_no, 'form_leak', in_window, converted, recent, prior
    from starts
),
numerators as (
    select
        k.surface_no, c.signal,
        count(*) filter (where k.in_window) as affected,
        count(*) filter (where k.in_window and c.first) as first,
        count(distinct k.visitor_no) filter (where k.in_window) as visitors,
        count(*) filter (where k.recent) as recent,
        count(*) filter (where not k.recent) as prior
    from known k
    cross join lateral (
        values
            ('any', k.friction_at is not null, true),
            ('error', k.error_at is not null, k.error_at = k.friction_at),
            (
                'rage_click', k.rage_click_at is not null,
                k.rage_click_at = k.friction_at and k.error_at is distinct from k.friction_at
            ),
            (
                'hesitation', k.hesitation_at is not null,
                k.hesitation_at = k.friction_at and k.error_at is distinct from k.friction_at
                and k.rage_click_at is distinct from k.friction_at
            ),
            ('form_leak', k.form_started and k.form_abandoned, true)
    ) c (signal, affected, first)
    where c.affected and (k.friction_at is not null or k.form_abandoned)
    group by k.surface_no, c.signal
)
select
    s.surface_no, s.surface_level, s.surface_key, s.component_id, s.page_key, s.element_type, d.signal,
    case
        when d.signal = 'form_leak' then 'form_start'
        when s.surface_level in ('page', 'site') or crowded.surface_no is not null then 'page'
        else 'interaction'
    end as denominator,
    d.in_window as exposed_sessions,
    coalesce(n.affected, 0) as affected_sessions,
    coalesce(n.first, 0) as first_sessions,
    coalesce(n.visitors, 0) as affected_visitors,
    d.converted as converted_sessions,
    d.recent as recent_exposed,
    coalesce(n.recent, 0) as recent_affected,
    d.prior as prior_exposed,
    coalesce(n.prior, 0) as prior_affected
from denominators d
join pg_temp.scored_surfaces s on s.surface_no = d.surface_no
left join numerators n on n.surface_no = d.surface_no and n.signal = d.signal
left join pg_temp.crowded_surfaces crowded on crowded.surface_no = d.surface_no
where d.in_window > 0
order by s.surface_no, d.signal;
