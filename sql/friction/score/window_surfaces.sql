-- The facts of the window and of the recent days' worth of history before it, their keys resolved. A key with a name of its own is
-- ambiguous when it names unlike elements in the window, a bare path when pages share it; its page then comes first.
create temporary table window_surfaces on commit drop as
with facts as materialized (
    select ss.*, ss.day > w.as_of - w.window_days as in_window
    from pg_temp.scoring_window w
    join {facts} ss on ss.day > w.as_of - w.window_days - w.recent_days and ss.day <= w.as_of
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
