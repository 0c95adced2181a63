-- Of two of a kind the earlier stays.
with taken as (
    delete from public.conversion_funnels cf
    using moved_sessions m
    where cf.session_id = m.old_id
    returning cf.*, m.new_id
),
noted as (
    insert into uxpipeline.stale_sessions (session_id, day, relation, cause)
    select distinct named.session_id, (t.entered_at at time zone 'UTC')::date, 'conversion_funnels', named.cause
    from taken t
    cross join lateral (values (t.session_id, 'deletion'), (t.new_id, 'load')) named (session_id, cause)
)
insert into public.conversion_funnels
select (jsonb_populate_record(
    null::public.conversion_funnels, to_jsonb(part) - 'new_id' || jsonb_build_object('session_id', part.new_id)
)).*
from (
    select distinct on (t.new_id, t.funnel_name, t.step_order) t.*
    from taken t
    order by t.new_id, t.funnel_name, t.step_order, t.entered_at, t.id
) part
on conflict do nothing;
