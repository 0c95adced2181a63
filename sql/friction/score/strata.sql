-- Per surface the finest strata in which enough of its cases have controls, else those in which most have. A stratum is
-- usable with enough controls. The choice looks at no outcome, nor at which controls meet friction later: strata whose few
-- controls stay clear are those of sessions that end early. Only all of a surface's controls must be clear often enough.
create temporary table strata on commit drop as
with grouped as (
    select
        surface_no,
        case
            when grouping(stratum_3) = 0 then 3
            when grouping(stratum_2) = 0 then 2
            when grouping(stratum_1) = 0 then 1
            else 0
        end as matched_on,
        coalesce(stratum_3, stratum_2, stratum_1, stratum_0) as stratum,
        sum(n0)::bigint as n0, sum(c0)::bigint as c0, sum(r0)::bigint as r0, sum(later0)::bigint as later0,
        sum(n_error)::bigint as n_error, sum(c_error)::bigint as c_error, sum(r_error)::bigint as r_error,
        sum(n_rage_click)::bigint as n_rage_click, sum(c_rage_click)::bigint as c_rage_click,
        sum(r_rage_click)::bigint as r_rage_click,
        sum(n_hesitation)::bigint as n_hesitation, sum(c_hesitation)::bigint as c_hesitation,
        sum(r_hesitation)::bigint as r_hesitation
    from pg_temp.cells
    group by grouping sets (
        (surface_no, stratum_3), (surface_no, stratum_2), (surface_no, stratum_1), (surface_no, stratum_0)
    )
),
judged as (
    select
        g.*,
        g.n_error + g.n_rage_click + g.n_hesitation as n_any,
        g.n0 >= w.fewest_controls as usable
    from grouped g
    cross join pg_temp.scoring_window w
),
shares as (
    select
        surface_no, matched_on,
        sum(n_any) filter (where usable) / nullif(sum(n_any), 0) as overlap,
        sum(n0 - later0) filter (where usable and n_any > 0) as clear
    from judged
    group by surface_no, matched_on
),
chosen as (
    select distinct on (o.surface_no) o.surface_no, o.matched_on
    from shares o
    cross join pg_temp.scoring_window w
    where o.overlap > 0 and o.clear >= w.fewest_controls
    order by
        o.surface_no,
        o.overlap >= w.overlap_wanted desc,
        case when o.overlap >= w.overlap_wanted then -o.matched_on::double precision else -o.overlap end,
        o.matched_on desc
)
select j.*
from judged j
join chosen c on c.surface_no = j.surface_no and c.matched_on = j.matched_on
where j.usable and j.n_any > 0;
