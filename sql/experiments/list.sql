-- Tests with the last decision about each, running ones first, then the newest.
select
    t.test_id, t.test_name, t.component_id, t.metadata ->> 'page' as page, t.status, t.winner_variant, t.start_date,
    t.end_date, t.metadata -> 'design' as design, t.metadata ->> 'proposal_id' as proposal_id,
    coalesce(t.metadata -> 'outcome', '{}') as outcome, last.as_of, last.decision, last.reason, last.look,
    last.information, last.z, last.boundary, last.harm_e, last.srm_p, counted.units, counted.days
from public.a_b_tests t
left join lateral (
    select d.* from public.experiment_decisions d where d.test_id = t.test_id order by d.as_of desc limit 1
) last on true
left join lateral (
    select coalesce(sum(d.n_a + d.n_b), 0)::bigint as units, count(*) as days
    from public.experiment_days d
    where d.test_id = t.test_id
) counted on true
where t.metadata ? 'design' and (%(test_id)s::text is null or t.test_id = %(test_id)s)
order by t.status not in ('active', 'paused'), t.start_date desc, t.test_id;
