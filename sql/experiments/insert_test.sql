insert into public.a_b_tests (
    test_id, test_name, component_id, variant_a, variant_b, status, start_date, target_conversion, sample_size,
    confidence_threshold, metadata
)
values (
    %(test_id)s, %(test_name)s, %(component_id)s, %(variant_a)s, %(variant_b)s, 'active', %(start_date)s, %(target)s,
    %(sample_size)s, %(confidence)s, %(metadata)s
);
