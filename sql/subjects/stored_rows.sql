-- Everything that is stored about one session, row by row; what is only computed from it is left out.
select found.relation, found.content
from (
    select 1 as place, 'user_sessions' as relation, us.created_at as at, to_jsonb(us) as content
    from public.user_sessions us
    where us.session_id = %(session_id)s
    union all
    select 2, 'behavior_events', be."timestamp", to_jsonb(be)
    from public.behavior_events be
    where be.session_id = %(session_id)s
    union all
    select 3, 'conversion_funnels', cf.entered_at, to_jsonb(cf)
    from public.conversion_funnels cf
    where cf.session_id = %(session_id)s
    union all
    select 4, 'variant_assignments', va.assigned_at, to_jsonb(va)
    from public.variant_assignments va
    where va.session_id = %(session_id)s
    union all
    select 5, 'parked', p.received_at, to_jsonb(p)
    from uxpipeline.parked p
    where p.session_id = %(session_id)s
    union all
    -- Of a line that could not be read only its text is known.
    select 6, 'quarantine', q.received_at, to_jsonb(q)
    from uxpipeline.quarantine q
    where uxpipeline.names_session(q.payload, %(session_id)s)
    union all
    select 7, 'remarks', r.at, to_jsonb(r)
    from uxpipeline.remarks r
    where r.session_id = %(session_id)s
) found
order by found.place, found.at, found.content ->> 'id';
