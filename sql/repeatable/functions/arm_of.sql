-- The variant of a unit: the first 32 bits of SHA-256 of `test_id:unit`, as a share of 2^32, below the share of B.
-- Published with test vectors in docs/experiments.md: never change it, a running test would be torn apart.
create or replace function uxpipeline.arm_of(p_test_id text, p_unit text, p_share_b double precision) returns text
language sql stable
set search_path = ''
as $$
    select case
        when ('x' || left(encode(sha256(convert_to(p_test_id || ':' || p_unit, 'UTF8')), 'hex'), 8))::bit(32)::bigint
            < p_share_b * 4294967296
        then 'B' else 'A'
    end
$$;

select uxpipeline.restrict_function('uxpipeline.arm_of(text, text, double precision)');
