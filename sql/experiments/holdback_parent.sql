-- The test whose rollout a hold-back watched, with what it measured.
select metadata -> 'outcome' as outcome from public.a_b_tests where test_id = %(test_id)s;
