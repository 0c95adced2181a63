-- Finished tests, those that B won, and the wins that chance alone would bring: half of each test's error.
select
    count(*) as tests,
    count(*) filter (where i.decision = 'B') as won,
    coalesce(sum((t.metadata #>> '{design,alpha}')::double precision / 2), 0) as by_chance
from public.actual_impact i
join public.a_b_tests t on t.test_id = i.test_id
where i.decision in ('A', 'B', 'none', 'rollback');
