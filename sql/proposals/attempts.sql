-- The last attempt at each thing the generator proposed, and every live proposal of anybody. A status holds since the
-- last event says so; the reason is that event's.
with ours as (
    select distinct on (metadata ->> 'dedupe_key') id
    from public.optimization_history
    where metadata ->> 'author' like 'uxpipeline:%' and metadata ? 'dedupe_key'
    order by metadata ->> 'dedupe_key', (metadata ->> 'attempt')::integer desc nulls last, created_at desc
)
select
    oh.proposal_id,
    case when oh.metadata ->> 'author' like 'uxpipeline:%' then oh.metadata ->> 'dedupe_key' end as dedupe_key,
    case when oh.metadata ->> 'author' like 'uxpipeline:%' then coalesce((oh.metadata ->> 'attempt')::integer, 1) else 1 end
    as attempt,
    oh.status, last.reason, coalesce(last.at, oh.created_at) as since,
    oh.metadata #>> '{surface,level}' as surface_level,
    oh.metadata #>> '{surface,hash}' as surface_hash,
    oh.metadata #>> '{surface,signal}' as signal,
    uxpipeline.page_key(oh.page_url) as page,
    case when oh.metadata ->> 'author' like 'uxpipeline:%' then (oh.metadata #>> '{evidence,rate}')::double precision end
    as rate,
    case
        when oh.metadata ->> 'author' like 'uxpipeline:%'
        then (oh.metadata #>> '{prediction,loss_bound}')::double precision
    end as loss_bound,
    oh.rollback_reason
from public.optimization_history oh
left join ours on ours.id = oh.id
left join lateral (
    select pe.at, pe.reason
    from public.proposal_events pe
    where pe.proposal_id = oh.proposal_id and pe.to_status = oh.status
    order by pe.id desc
    limit 1
) last on true
where ours.id is not null or oh.status in ('proposed', 'approved', 'testing')
order by oh.created_at, oh.proposal_id;
