-- What the four session tables hold, without surrogate ids and our own clocks: equal however it got there.
select 'user_sessions ' || (to_jsonb(us) - array['id', 'updated_at', 'received_at', undated.started])::text
from public.user_sessions us
-- Until something is known of its time, a session began when we heard of it.
left join lateral (
    select 'created_at' as started
    where not 'created_at' = any (coalesce(us.supplied, '{}'))
        and not exists (select from public.behavior_events be where be.session_id = us.session_id)
        and not exists (select from public.conversion_funnels cf where cf.session_id = us.session_id)
        and not exists (select from public.variant_assignments va where va.session_id = us.session_id)
) undated on true
union all
select 'behavior_events ' || (to_jsonb(be) - array['received_at', 'load_id'])::text
from public.behavior_events be
union all
select 'conversion_funnels ' || (to_jsonb(cf) - array['id', 'received_at'])::text
from public.conversion_funnels cf
union all
select 'variant_assignments ' || (to_jsonb(va) - array['id', 'received_at'])::text
from public.variant_assignments va
order by 1;
