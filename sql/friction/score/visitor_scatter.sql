-- How far each visitor moves a surface's contrast, squared and summed over visitors: its variance times the square of its
-- cases. One visitor may be control at several interactions and case at a later one. `scatter` is of conversions after
-- the interaction, `control_scatter` of earlier visits. Exact sums, as in strata_rates.
with matched as (
    select
        t.surface_no, t.visitor_no, t.kind, t.later, t.converted, t.came_before,
        case m.matched_on
            when 3 then t.stratum_3
            when 2 then t.stratum_2
            when 1 then t.stratum_1
            else t.stratum_0
        end as stratum
    from pg_temp.trials t
    join (select surface_no, min(matched_on) as matched_on from pg_temp.strata_rates group by surface_no) m
        on m.surface_no = t.surface_no
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
                else (r.p0 - t.converted::integer) / (1 - r.later_share) - r.contrast
            end * 1e9
        )::bigint)::double precision / 1e9 as pull,
        sum((
            case
                when t.kind = 0 then r.n1 / r.n0::double precision * r.widening * (t.came_before::integer - r.q0)
                else r.q0 - t.came_before::integer - r.control_contrast
            end * 1e9
        )::bigint)::double precision / 1e9 as control_pull
    from matched t
    join pg_temp.strata_rates r
        on r.surface_no = t.surface_no and r.stratum = t.stratum and (t.kind = 0 or r.kind in (0, t.kind))
    group by t.surface_no, r.kind, t.visitor_no
)
select
    surface_no, kind,
    sum((pull * pull)::numeric)::double precision as scatter,
    sum((control_pull * control_pull)::numeric)::double precision as control_scatter
from visitors
group by surface_no, kind
order by surface_no, kind;
