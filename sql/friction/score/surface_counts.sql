-- Per surface and signal: sessions exposed, affected, and affected by this signal before any other; their visitors and
-- conversions; the same of the recent days and of those before. A signal nobody ever sent is absent, not zero.
with measured as (
    select
        bool_or(rage_click_at is not null) as rage_click,
        bool_or(hesitation_at is not null) as hesitation,
        bool_or(error_at is not null) as error
    from pg_temp.units
    where in_window
),
cases as (
    select
        u.surface_no, ss.visitor_no, u.in_window, c.signal, c.affected, c.first,
        u.in_window and u.first_day > w.as_of - w.recent_days as recent,
        ss.converted_at is not null as converted
    from pg_temp.units u
    join pg_temp.scored_sessions ss on ss.session_no = u.session_no
    cross join pg_temp.scoring_window w
    cross join measured m
    cross join lateral (
        values
            ('any', u.exposed, u.friction_at is not null, u.friction_at is not null),
            ('error', u.exposed and m.error, u.error_at is not null, u.error_at = u.friction_at),
            (
                'rage_click', u.exposed and m.rage_click, u.rage_click_at is not null,
                u.rage_click_at = u.friction_at and u.error_at is distinct from u.friction_at
            ),
            (
                'hesitation', u.exposed and m.hesitation, u.hesitation_at is not null,
                u.hesitation_at = u.friction_at and u.error_at is distinct from u.friction_at
                and u.rage_click_at is distinct from u.friction_at
            ),
            ('form_leak', u.form_started, u.form_abandoned, u.form_abandoned)
    ) c (signal, exposed, affected, first)
    where c.exposed
),
counted as (
    select
        surface_no, signal,
        count(*) filter (where in_window) as exposed_sessions,
        count(*) filter (where in_window and affected) as affected_sessions,
        count(*) filter (where in_window and first) as first_sessions,
        count(distinct visitor_no) filter (where in_window and affected) as affected_visitors,
        count(*) filter (where in_window and converted) as converted_sessions,
        count(*) filter (where recent) as recent_exposed,
        count(*) filter (where recent and affected) as recent_affected,
        count(*) filter (where not recent) as prior_exposed,
        count(*) filter (where not recent and affected) as prior_affected
    from cases
    group by surface_no, signal
)
select
    s.surface_no, s.surface_level, s.surface_key, s.component_id, s.page_key, s.element_type, c.signal,
    case
        when c.signal = 'form_leak' then 'form_start'
        when s.surface_level in ('page', 'site') or crowded.surface_no is not null then 'page'
        else 'interaction'
    end as denominator,
    c.exposed_sessions, c.affected_sessions, c.first_sessions, c.affected_visitors, c.converted_sessions,
    c.recent_exposed, c.recent_affected, c.prior_exposed, c.prior_affected
from counted c
join pg_temp.scored_surfaces s on s.surface_no = c.surface_no
left join pg_temp.crowded_surfaces crowded on crowded.surface_no = c.surface_no
where c.exposed_sessions > 0
order by s.surface_no, c.signal;
