-- How far each visitor moves a surface's contrast, squared and summed over visitors: its variance times the square of its
-- cases. One visitor may be control at several interactions and case at a later one. `scatter` is of conversions after
-- the interaction, `control_scatter` of earlier visits. The site's is that of its total: of its elements' contrasts and of
-- the rest, each as often as it happened. Exact sums, as in strata_rates.
with matched as (
    -- A control stands in every stratum it was compared in, a case in one.
    select
        t.surface_no, t.visitor_no, t.kind, t.later, t.converted, t.came_before, strata.level, strata.stratum
    from pg_temp.trials t
    join pg_temp.cells c on c.surface_no = t.surface_no and c.stratum_3 = t.stratum_3
    cross join lateral (values (3, t.stratum_3), (2, t.stratum_2), (1, t.stratum_1)) strata (level, stratum)
    where t.kind = 0 or strata.level = c.level
),
visitors as (
    select
        t.surface_no, r.kind, t.visitor_no,
        sum((
            case
                when t.kind = 0 then
                    r.n1 / r.n0::double precision * r.widening
                    * (t.converted::integer - r.p0 + r.contrast * (t.later::integer - r.later_share))
                else r.p0 - t.converted::integer - r.contrast * (1 - r.later_share)
            end / r.undiluted * 1e9
        )::bigint)::double precision / 1e9 as pull,
        sum((
            case
                when t.kind = 0 then r.n1 / r.n0::double precision * r.widening * (t.came_before::integer - r.q0)
                else r.q0 - t.came_before::integer - r.control_contrast
            end * 1e9
        )::bigint)::double precision / 1e9 as control_pull
    from matched t
    join pg_temp.strata_rates r
        on r.surface_no = t.surface_no
        and r.level = t.level
        and r.stratum = t.stratum
        and (t.kind = 0 or r.kind in (0, t.kind))
    group by t.surface_no, r.kind, t.visitor_no
),
shares as (
    -- What a case stands for in the site's total: the incidents of its element and kind, by cases with controls.
    select i.surface_no, i.kind, i.sessions / cases.n1 as share
    from pg_temp.incidents i
    join (select surface_no, kind, sum(n1)::double precision as n1 from pg_temp.strata_rates group by surface_no, kind) cases
        on cases.surface_no = i.surface_no and cases.kind = i.kind
    where i.surface_level in ('element', 'site')
),
pulls as (
    select v.surface_no, v.kind, v.pull, v.control_pull
    from visitors v
    where v.surface_no not in (select surface_no from pg_temp.compared_surfaces where surface_level = 'site')
    union all
    select
        site.surface_no, v.kind,
        sum((v.pull * s.share * 1e9)::bigint)::double precision / 1e9,
        sum((v.control_pull * s.share * 1e9)::bigint)::double precision / 1e9
    from visitors v
    join shares s on s.surface_no = v.surface_no and s.kind = v.kind
    cross join (select surface_no from pg_temp.compared_surfaces where surface_level = 'site') site
    group by site.surface_no, v.kind, v.visitor_no
)
select
    surface_no, kind,
    sum((pull * pull)::numeric)::double precision as scatter,
    sum((control_pull * control_pull)::numeric)::double precision as control_scatter
from pulls
group by surface_no, kind
order by surface_no, kind;
