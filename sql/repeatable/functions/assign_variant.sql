-- What a unit gets to see of a test, for beacons that cannot read tests. NULL: show A and record nothing, because the
-- test is unknown, paused, or over without a change, or its proposal was rolled back. After B has won a tenth stays on A while the hold-back runs, and
-- everybody gets B afterwards, unless the hold-back found harm.
create or replace function public.assign_variant(p_test_id text, p_unit text) returns text
language sql stable security definer
set search_path = ''
as $$
    select case
        when t.status = 'active' then uxpipeline.arm_of(
            t.test_id,
            p_unit,
            coalesce(
                (t.metadata #>> array[
                    'design', 'ramp',
                    ((now() at time zone 'UTC')::date - (t.start_date at time zone 'UTC')::date)::text
                ])::double precision,
                (t.metadata #>> '{design,share_b}')::double precision
            )
        )
        when t.status = 'completed' and t.winner_variant = 'B' and h.status = 'active' then uxpipeline.arm_of(
            h.test_id, p_unit, (h.metadata #>> '{design,share_b}')::double precision
        )
        when t.status = 'completed' and t.winner_variant = 'B' and h.winner_variant is distinct from 'A' then 'B'
    end
    from public.a_b_tests t
    left join public.a_b_tests h on h.metadata #>> '{design,parent}' = t.test_id
    where t.test_id = p_test_id and t.metadata ? 'design' and p_unit <> ''
        and not exists (
            select from public.optimization_history oh
            where oh.proposal_id = t.metadata ->> 'proposal_id' and oh.status = 'rolled_back'
        )
$$;

select uxpipeline.restrict_function('public.assign_variant(text, text)');
grant execute on function public.assign_variant(text, text) to beacon_ingest;
