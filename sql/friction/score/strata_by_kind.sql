-- One row per surface, stratum and kind of friction (0: any) that has cases there.
create temporary table strata_by_kind on commit drop as
select s.surface_no, s.matched_on, s.level, s.stratum, k.kind, k.n1, k.c1, k.r1, s.n0, s.c0, s.r0, s.later0
from pg_temp.strata s
cross join lateral (
    values
        (0, s.n_any, s.c_error + s.c_rage_click + s.c_hesitation, s.r_error + s.r_rage_click + s.r_hesitation),
        (1, s.n_error, s.c_error, s.r_error),
        (2, s.n_rage_click, s.c_rage_click, s.r_rage_click),
        (3, s.n_hesitation, s.c_hesitation, s.r_hesitation)
) k (kind, n1, c1, r1)
where k.n1 > 0;
