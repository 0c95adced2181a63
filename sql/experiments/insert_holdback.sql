-- The rollout of a test that B won, watched like a test; metadata but the design is the test's.
insert into public.a_b_tests (
    test_id, test_name, component_id, variant_a, variant_b, status, start_date, target_conversion, sample_size,
    confidence_threshold, metadata
)
select
    t.test_id || ':holdback', t.test_name, t.component_id, t.variant_a, t.variant_b, 'active', %(start_date)s,
    t.metadata #>> '{design,target}', (t.metadata #>> '{design,per_arm}')::integer,
    1 - (t.metadata #>> '{design,alpha}')::numeric,
    jsonb_build_object(
        'design', %(design)s::jsonb, 'proposal_id', t.metadata -> 'proposal_id', 'page', t.metadata -> 'page'
    )
from public.a_b_tests t
where t.test_id = %(test_id)s;
