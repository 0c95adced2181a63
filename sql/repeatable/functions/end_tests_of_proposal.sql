-- What a person decides about a proposal by hand ends its running test in the same transaction, whoever writes: the
-- rollout of what is implemented, the test of what is rolled back or archived. A decision from the test's own counts has
-- ended it before.
create or replace function public.end_tests_of_proposal() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
    update public.a_b_tests
    set status = 'completed',
        winner_variant = case new.status when 'implemented' then 'B' when 'rolled_back' then 'A' else 'none' end,
        end_date = greatest(clock_timestamp(), start_date),
        metadata = metadata || jsonb_build_object(
            'decision', 'stopped', 'reason', new.status || '_by_hand', 'outcome', '{}'::jsonb
        )
    where metadata ->> 'proposal_id' = new.proposal_id and metadata ? 'design' and status in ('active', 'paused');
    return new;
end
$$;

select uxpipeline.restrict_function('public.end_tests_of_proposal()');
