-- Rates of each stratum and the contrast it contributes to. `undiluted`: the share of controls that stay clear of
-- friction, by cases of any kind. Sums are exact (whole billionths), so that the order of rows cannot change a digit.
create temporary table strata_rates on commit drop as
select
    *,
    (
        sum((n1 * (p0 - p1) * 1e9)::bigint) over contrast / 1e9 / sum(n1) over contrast
    )::double precision / undiluted as contrast,
    (sum((n1 * (q0 - q1) * 1e9)::bigint) over contrast / 1e9 / sum(n1) over contrast)::double precision
    as control_contrast
from (
    select
        surface_no, kind, level, stratum, n1, n0,
        c1::double precision / n1 as p1,
        c0::double precision / n0 as p0,
        r1::double precision / n1 as q1,
        r0::double precision / n0 as q0,
        later0::double precision / n0 as later_share,
        (
            sum((n1 * (1 - later0::double precision / n0) * 1e9)::bigint) filter (where kind = 0) over surface / 1e9
            / sum(n1) filter (where kind = 0) over surface
        )::double precision as undiluted,
        sqrt(n0::double precision / greatest(n0 - 1, 1)) as widening
    from pg_temp.strata_by_kind
    window surface as (partition by surface_no)
) rates
window contrast as (partition by surface_no, kind);
