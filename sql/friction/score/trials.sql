-- The sequence of trials at surfaces with enough evidence. At its k-th interaction with a surface a session is a case when
-- it meets friction there for the first time, of the most severe kind of that interaction (1 error, 2 rage click,
-- 3 hesitation), and a control (0) when it has met none so far. `later` controls will meet some afterwards.
-- Friction of the site that is explained by an element ends a session's trials there and is no case.
-- Strata from coarse to fine: k, funnel steps, activity before the interaction and device; then channel; week.
create temporary table trials on commit drop as
with sequences as (
    -- The interaction with the first friction; one beyond those kept when it came after them.
    select
        u.surface_no, u.interaction_at, u.events_before, e.session_no is not null as explained,
        ss.visitor_no, ss.device, ss.channel, ss.came_before, ss.steps_at, ss.converted_at,
        case
            when u.friction_at is null then null
            when f.reached = cardinality(u.interaction_at) and u.interactions > f.reached
                and u.interaction_at[f.reached] < u.friction_at then f.reached + 1
            else f.reached
        end as friction_no,
        case
            when u.error_at = u.friction_at then 1
            when u.rage_click_at = u.friction_at then 2
            else 3
        end as kind
    from pg_temp.units u
    join pg_temp.incidents cases on cases.surface_no = u.surface_no and cases.kind = 0
    left join pg_temp.explained_sessions e on e.surface_no = u.surface_no and e.session_no = u.session_no
    join pg_temp.scored_sessions ss on ss.session_no = u.session_no
    cross join lateral (values (width_bucket(u.friction_at, u.interaction_at))) f (reached)
    where u.in_window and u.exposed
),
landmarks as (
    select
        s.surface_no, s.visitor_no, s.came_before, s.device, s.channel,
        case when i.k = s.friction_no then s.kind else 0 end as kind,
        coalesce(i.k < s.friction_no and not s.explained, false) as later,
        coalesce(s.converted_at > i.at, false) as converted,
        (
            i.k * 8
            + case when s.steps_at is null then 0 else least(width_bucket(i.at, s.steps_at), 7) end
        ) * 8 + width_bucket(i.before, array[1, 3, 7, 15, 31, 63, 127]) as stratum,
        least((w.as_of - (i.at at time zone 'UTC')::date) / 7, 7) as week
    from sequences s
    cross join pg_temp.scoring_window w
    cross join lateral unnest(s.interaction_at, s.events_before) with ordinality i (at, before, k)
    where s.friction_no is null or i.k < s.friction_no or (i.k = s.friction_no and not s.explained)
)
select
    surface_no, visitor_no, came_before, kind, later, converted,
    (stratum * 4 + device)::integer as stratum_1,
    ((stratum * 4 + device) * 8 + channel)::integer as stratum_2,
    (((stratum * 4 + device) * 8 + channel) * 8 + week)::integer as stratum_3
from landmarks;
