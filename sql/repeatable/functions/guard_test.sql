-- The design of a test is frozen: what it is decided on cannot be chosen after data came in. Another design is another
-- test. The columns of the seed may be edited; decisions do not read them.
create or replace function uxpipeline.guard_test() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if old.metadata ? 'design' and (
        new.metadata -> 'design', new.metadata -> 'proposal_id', new.test_id, new.start_date
    ) is distinct from (
        old.metadata -> 'design', old.metadata -> 'proposal_id', old.test_id, old.start_date
    ) then
        raise exception 'the design of test % is frozen', old.test_id
        using errcode = '23514', hint = 'Stop it and start another one.';
    end if;
    if old.metadata ? 'design' and old.status in ('completed', 'archived') and new.status in ('active', 'paused') then
        raise exception 'test % is over', old.test_id
        using errcode = '23514', hint = 'A retry is another test.';
    end if;
    return new;
end
$$;

select uxpipeline.restrict_function('uxpipeline.guard_test()');
