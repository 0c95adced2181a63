-- Trials counted in the finest strata.
create temporary table cells on commit drop as
select
    surface_no, stratum_0, stratum_1, stratum_2, stratum_3,
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
    count(*) filter (where kind = 3 and came_before) as r_hesitation
from pg_temp.trials
group by surface_no, stratum_0, stratum_1, stratum_2, stratum_3;
