-- A hesitation counts when it is longer than nine in ten sessions' longest at its element (sessions of a day weigh
-- alike, so that nobody moves the mark alone). Ten or more that are all alike, and what has no length, count as sent.
-- The facts of the window and of the recent days' worth of history before it, their keys resolved. A key with a name of its own is
-- ambiguous when it names unlike elements in the window, a bare path when pages share it; its page then comes first.
create temporary table window_surfaces on commit drop as
with made as materialized (
    select ss.*, ss.day > w.as_of - w.window_days as in_window, row_number() over () as fact_no
    from pg_temp.scoring_window w
    join pg_temp.session_surfaces ss on ss.day > w.as_of - w.window_days - w.recent_days and ss.day <= w.as_of
),
lengths as (
    select h.hesitated_on, max(h.ms) as ms
    from made s
    cross join lateral unnest(s.hesitation_ms, s.hesitated_on) h (ms, hesitated_on)
    where s.surface_level = 'site' and s.in_window
    group by s.session_id, s.day, h.hesitated_on
),
usual as (
    select l.hesitated_on, percentile_disc(w.hesitation_quantile) within group (order by l.ms) as ms
    from lengths l
    cross join pg_temp.scoring_window w
    group by l.hesitated_on, w.hesitation_quantile
    having count(*) < 10 or min(l.ms) < max(l.ms)
),
long as (
    select s.fact_no, min(h.began_at) as began_at
    from made s
    cross join lateral unnest(s.hesitated_at, s.hesitation_ms, s.hesitated_on) h (began_at, ms, hesitated_on)
    left join usual u on u.hesitated_on = h.hesitated_on
    where u.ms is null or h.ms > u.ms
    group by s.fact_no
),
facts as materialized (
    select
        s.session_id, s.day, s.in_window, s.surface_level, s.base_key, s.page_key, s.element_type, s.component_id,
        s.interactions, s.interaction_at, s.events_before, s.rage_click_at,
        least(s.hesitation_at, l.began_at) as hesitation_at, s.error_at, s.form_started, s.form_abandoned
    from made s
    left join long l on l.fact_no = s.fact_no
),
ambiguous as (
    select base_key
    from facts
    where surface_level = 'element' and in_window
    group by base_key
    having case
        when base_key ~ '^(#|\[)' then count(distinct element_type) > 1
        else count(distinct page_key) > 1
    end
),
named as (
    select
        f.*,
        case
            when a.base_key is null or (f.surface_level = 'form' and f.base_key ~ '^#[A-Za-z0-9_-]+$') then f.base_key
            else f.page_key || ' ' || f.base_key
        end as full_key
    from facts f
    left join ambiguous a on a.base_key = f.base_key and f.surface_level in ('element', 'form')
)
select
    session_id, day, in_window, page_key, element_type, component_id, interactions, interaction_at, events_before,
    rage_click_at, hesitation_at, error_at, form_started, form_abandoned,
    surface_level = 'form' as is_form,
    case surface_level when 'form' then 'element' else surface_level end as surface_level,
    -- A key too long to be stored keeps its beginning.
    case when octet_length(full_key) > 1200 then left(full_key, 250) || ' ' || md5(full_key) else full_key end
    as surface_key
from named;
