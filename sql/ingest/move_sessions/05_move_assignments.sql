-- A session is in one arm of a test: the one it was assigned to first.
with taken as (
    delete from public.variant_assignments va
    using moved_sessions m
    where va.session_id = m.old_id
    returning va.*, m.new_id
)
insert into public.variant_assignments
select (jsonb_populate_record(
    null::public.variant_assignments, to_jsonb(part) - 'new_id' || jsonb_build_object('session_id', part.new_id)
)).*
from (
    select distinct on (t.new_id, t.test_id) t.*
    from taken t
    order by t.new_id, t.test_id, t.assigned_at, t.id
) part
on conflict do nothing;
