-- What finished tests measured beside what their proposals predicted; what later predictions are calibrated with.
create or replace view public.actual_impact with (security_invoker = true) as
select
    t.test_id,
    t.metadata ->> 'proposal_id' as proposal_id,
    oh.metadata #>> '{surface,signal}' as signal,
    oh.proposed_changes ->> 'change_type' as change_type,
    oh.status,
    t.winner_variant,
    t.metadata ->> 'decision' as decision,
    t.end_date as decided_at,
    (oh.metadata #>> '{prediction,median}')::double precision as predicted,
    (oh.metadata #>> '{prediction,low}')::double precision as predicted_low,
    (oh.metadata #>> '{prediction,high}')::double precision as predicted_high,
    oh.ai_confidence::double precision as confidence,
    (t.metadata #>> '{outcome,naive}')::double precision as naive,
    (t.metadata #>> '{outcome,low}')::double precision as low,
    (t.metadata #>> '{outcome,high}')::double precision as high,
    (t.metadata #>> '{outcome,variance}')::double precision as variance,
    oh.actual_impact::double precision as actual_impact
from public.a_b_tests t
left join public.optimization_history oh on oh.proposal_id = t.metadata ->> 'proposal_id'
where t.status = 'completed' and t.metadata ? 'outcome' and t.metadata #>> '{design,kind}' = 'test';

comment on view public.actual_impact is
'Finished tests: the predicted and the measured relative change of the conversion rate, as measured and after shrinkage.';
