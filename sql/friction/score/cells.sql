-- Trials counted in the finest strata. `level`: the finest of the nested strata around a cell that holds enough controls;
-- missing where even the coarsest holds too few. The choice looks at no outcome, nor at which controls meet friction later:
-- strata whose few controls stay clear are those of sessions that end early.
create temporary table cells on commit drop as
select
    counted.*,
    case
        when n0 >= w.fewest_controls then 3
        when sum(n0) over (partition by surface_no, stratum_1, stratum_2) >= w.fewest_controls then 2
        when sum(n0) over (partition by surface_no, stratum_1) >= w.fewest_controls then 1
    end as level
from (
    select
        surface_no, stratum_1, stratum_2, stratum_3,
        count(*) filter (where kind = 0) as n0,
        count(*) filter (where kind = 0 and converted) as c0,
        count(*) filter (where kind = 0 and came_before) as r0,
        count(*) filter (where kind = 0 and later) as later0,
        count(*) filter (where kind = 1) as n_error,
        count(*) filter (where kind = 1 and converted) as c_error,
        count(*) filter (where kind = 1 and came_before) as r_error,
        count(*) filter (where kind = 2) as n_rage_click,
        count(*) filter (where kind = 2 and converted) as c_rage_click,
        count(*) filter (where kind = 2 and came_before) as r_rage_click,
        count(*) filter (where kind = 3) as n_hesitation,
        count(*) filter (where kind = 3 and converted) as c_hesitation,
        count(*) filter (where kind = 3 and came_before) as r_hesitation,
        count(*) filter (where kind > 0) as n_any
    from pg_temp.trials
    group by surface_no, stratum_1, stratum_2, stratum_3
) counted
cross join pg_temp.scoring_window w;
