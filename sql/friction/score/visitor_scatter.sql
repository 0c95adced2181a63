-- How far each visitor moves a surface's contrast, squared and summed over visitors: its variance times the square of its
-- cases. One visitor may be control at several interactions and case at a later one. Sums are exact (whole billionths),
-- so that the order of rows cannot change a digit. `scatter` is of conversions after the interaction, `control_scatter`
-- of earlier visits.
with rates as (
    select
        surface_no, kind, matched_on, stratum, n1, n0,
        c1::double precision / n1 as p1,
        c0::double precision / n0 as p0,
        r1::double precision / n1 as q1,
        r0::double precision / n0 as q0,
        later0::double precision / n0 as later_share,
        sqrt(n0::double precision / greatest(n0 - 1, 1)) as widening
    from pg_temp.strata_by_kind
),
contrasts as (
    select
        surface_no, kind,
        (sum((n1 * (p0 - p1) / (1 - later_share) * 1e9)::bigint) / 1e9 / sum(n1))::double precision as contrast,
        (sum((n1 * (q0 - q1) * 1e9)::bigint) / 1e9 / sum(n1))::double precision as control_contrast
    from rates
    group by surface_no, kind
),
matched as (
    select
        t.surface_no, t.visitor_no, t.kind, t.later, t.converted, t.came_before,
        case m.matched_on
            when 3 then t.stratum_3
            when 2 then t.stratum_2
            when 1 then t.stratum_1
            else t.stratum_0
        end as stratum
    from pg_temp.trials t
    join (select distinct surface_no, matched_on from pg_temp.strata_by_kind) m on m.surface_no = t.surface_no
),
visitors as (
    select
        t.surface_no, r.kind, t.visitor_no,
        sum((
            case
                when t.kind = 0 then
                    r.n1 / r.n0::double precision * r.widening / (1 - r.later_share) * (
                        t.converted::integer - r.p0
                        + (r.p0 - r.p1) / (1 - r.later_share) * (t.later::integer - r.later_share)
                    )
                else (r.p0 - t.converted::integer) / (1 - r.later_share) - c.contrast
            end * 1e9
        )::bigint)::double precision / 1e9 as pull,
        sum((
            case
                when t.kind = 0 then r.n1 / r.n0::double precision * r.widening * (t.came_before::integer - r.q0)
                else r.q0 - t.came_before::integer - c.control_contrast
            end * 1e9
        )::bigint)::double precision / 1e9 as control_pull
    from matched t
    join rates r on r.surface_no = t.surface_no and r.stratum = t.stratum and (t.kind = 0 or r.kind in (0, t.kind))
    join contrasts c on c.surface_no = r.surface_no and c.kind = r.kind
    group by t.surface_no, r.kind, t.visitor_no
)
select
    surface_no, kind,
    sum((pull * pull)::numeric)::double precision as scatter,
    sum((control_pull * control_pull)::numeric)::double precision as control_scatter
from visitors
group by surface_no, kind
order by surface_no, kind;
