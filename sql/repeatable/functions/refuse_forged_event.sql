-- An event is written by the trigger of the proposal it is about, at depth two, and by nobody directly.
create or replace function uxpipeline.refuse_forged_event() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if pg_trigger_depth() < 2 then
        raise exception 'proposal_events is written by the database alone'
        using errcode = '42501', hint = 'Change the proposal; the event follows.';
    end if;
    return new;
end
$$;

select uxpipeline.restrict_function('uxpipeline.refuse_forged_event()');
