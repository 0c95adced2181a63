select surface_no, kind, matched_on, level, n1, c1, r1, n0, c0, r0, later0
from pg_temp.strata_by_kind
order by surface_no, kind, level desc, stratum;
