-- A changed row counts as received again, unless the writer says when it was.
create or replace function public.touch_received_at() returns trigger
language plpgsql
set search_path = ''
as $$
begin
    if new.received_at is not distinct from old.received_at then
        new.received_at = clock_timestamp();
    end if;
    return new;
end
$$;

select uxpipeline.restrict_function('public.touch_received_at()');
