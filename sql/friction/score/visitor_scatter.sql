-- How far each visitor moves a surface's contrast, squared and summed over visitors: its variance times the square of its
-- cases. One visitor may be control at several interactions and case at a later one. `scatter` is of conversions after
-- the interaction, `control_scatter` of earlier visits. The site's is that of its total: of its elements' contrasts and of
-- the rest, each as often as it happened. Exact sums, as in strata_rates.
with influence as (
    -- How a trial of a cell moves a contrast, in billionths: `fixed`, and what is added if it converted, met friction later,
    -- or is of a visitor who came before. A control stands in every stratum it was compared in, a case in one.
    select
        c.surface_no, c.stratum_3, r.kind, role.is_case,
        sum((role.fixed / r.undiluted * 1e9)::bigint) as fixed,
        sum((role.weight / r.undiluted * 1e9)::bigint) as converted,
        sum((role.by_later / r.undiluted * 1e9)::bigint) as later,
        sum((role.fixed_before * 1e9)::bigint) as fixed_before,
        sum((role.weight * 1e9)::bigint) as came_before
    from pg_temp.cells c
    cross join lateral (values (3, c.stratum_3), (2, c.stratum_2), (1, c.stratum_1)) strata (level, stratum)
    join pg_temp.strata_rates r
        on r.surface_no = c.surface_no and r.level = strata.level and r.stratum = strata.stratum
    cross join lateral (values (r.n1 / r.n0::double precision * r.widening)) control (weight)
    cross join lateral (
        values
        (
            false, control.weight, -control.weight * (r.p0 + r.contrast * r.later_share), control.weight * r.contrast,
            -control.weight * r.q0
        ),
        (true, -1, r.p0 - r.contrast * (1 - r.later_share), 0, r.q0 - r.control_contrast)
    ) role (is_case, weight, fixed, by_later, fixed_before)
    where not role.is_case or strata.level = c.level
    group by c.surface_no, c.stratum_3, r.kind, role.is_case
),
visitors as (
    select
        t.surface_no, i.kind, t.visitor_no,
        sum(
            i.fixed + case when t.converted then i.converted else 0 end + case when t.later then i.later else 0 end
        )::double precision / 1e9 as pull,
        sum(i.fixed_before + case when t.came_before then i.came_before else 0 end)::double precision / 1e9
        as control_pull
    from pg_temp.trials t
    join influence i
        on i.surface_no = t.surface_no
        and i.stratum_3 = t.stratum_3
        and i.is_case = (t.kind > 0)
        and (t.kind = 0 or i.kind in (0, t.kind))
    group by t.surface_no, i.kind, t.visitor_no
),
shares as (
    -- What a case stands for in the site's total: the incidents of its element and kind, by cases with controls.
    select i.surface_no, i.kind, i.sessions / cases.n1 as share
    from pg_temp.incidents i
    join (select surface_no, kind, sum(n1)::double precision as n1 from pg_temp.strata_rates group by surface_no, kind) cases
        on cases.surface_no = i.surface_no and cases.kind = i.kind
    where i.surface_level in ('element', 'site')
),
site as materialized (select surface_no from pg_temp.compared_surfaces where surface_level = 'site'),
pulls as (
    select v.surface_no, v.kind, v.pull, v.control_pull
    from visitors v
    where v.surface_no not in (select site.surface_no from site)
    union all
    select
        site.surface_no, v.kind,
        sum((v.pull * s.share * 1e9)::bigint)::double precision / 1e9,
        sum((v.control_pull * s.share * 1e9)::bigint)::double precision / 1e9
    from visitors v
    join shares s on s.surface_no = v.surface_no and s.kind = v.kind
    cross join site
    group by site.surface_no, v.kind, v.visitor_no
)
select
    surface_no, kind,
    sum((pull * pull)::numeric)::double precision as scatter,
    sum((control_pull * control_pull)::numeric)::double precision as control_scatter
from pulls
group by surface_no, kind
order by surface_no, kind;
