update public.a_b_tests
set status = 'completed',
    winner_variant = %(winner)s,
    end_date = greatest(%(now)s, start_date),
    metadata = metadata || jsonb_build_object('decision', %(decision)s::text, 'reason', %(reason)s::text, 'outcome', %(outcome)s::jsonb)
where test_id = %(test_id)s;
