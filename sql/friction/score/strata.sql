-- Cases beside their controls. A case is compared in the stratum its cell's level names, with everybody there who had met no
-- friction, so that a case that is alone in its week still counts: those without controls are mostly of the sessions that do
-- most. Only all of a surface's controls must stay clear often enough. `matched_on`: the level that enough of its cases
-- are compared at, or finer.
create temporary table strata on commit drop as
with cases as (
    select
        surface_no, level,
        case level when 3 then stratum_3 when 2 then stratum_2 else stratum_1 end as stratum,
        sum(n_any)::bigint as n_any,
        sum(n_error)::bigint as n_error, sum(c_error)::bigint as c_error, sum(r_error)::bigint as r_error,
        sum(n_rage_click)::bigint as n_rage_click, sum(c_rage_click)::bigint as c_rage_click,
        sum(r_rage_click)::bigint as r_rage_click,
        sum(n_hesitation)::bigint as n_hesitation, sum(c_hesitation)::bigint as c_hesitation,
        sum(r_hesitation)::bigint as r_hesitation
    from pg_temp.cells
    where n_any > 0
    group by 1, 2, 3
),
controls as (
    select
        surface_no,
        case
            when grouping(stratum_3) = 0 then 3
            when grouping(stratum_2) = 0 then 2
            else 1
        end as level,
        coalesce(stratum_3, stratum_2, stratum_1) as stratum,
        sum(n0)::bigint as n0, sum(c0)::bigint as c0, sum(r0)::bigint as r0, sum(later0)::bigint as later0
    from pg_temp.cells
    group by grouping sets ((surface_no, stratum_3), (surface_no, stratum_2), (surface_no, stratum_1))
),
shares as (
    select
        surface_no,
        sum(n_any) filter (where level = 3) / sum(n_any) as in_3,
        sum(n_any) filter (where level >= 2) / sum(n_any) as in_2
    from cases
    group by surface_no
),
compared as (
    select cases.*, controls.n0, controls.c0, controls.r0, controls.later0
    from cases
    join controls
        on controls.surface_no = cases.surface_no
        and controls.level = cases.level
        and controls.stratum = cases.stratum
),
clear as (
    select surface_no, sum(n0 - later0) as controls
    from compared
    group by surface_no
)
select
    c.*,
    case
        when s.in_3 >= w.overlap_wanted then 3
        when s.in_2 >= w.overlap_wanted then 2
        else 1
    end as matched_on
from compared c
join shares s on s.surface_no = c.surface_no
cross join pg_temp.scoring_window w
join clear on clear.surface_no = c.surface_no and clear.controls >= w.fewest_controls;
