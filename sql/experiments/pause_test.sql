update public.a_b_tests set status = 'paused' where test_id = %(test_id)s and status = 'active';
