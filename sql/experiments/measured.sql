-- Finished tests whose proposals predicted a change; predictions made before the share was calibrated supposed a third.
-- A change helped when its test found so and the hold-back did not find the contrary: the sign of an estimate alone
-- would make half of all idle changes helpful.
select
    i.signal, i.change_type, i.predicted, i.predicted_low, i.predicted_high,
    coalesce((oh.metadata #>> '{prediction,recovery}')::double precision, 1.0 / 3) as recovery,
    i.confidence, i.naive, i.variance,
    i.decision = 'B' and coalesce(oh.metadata #>> '{outcome,holdback,decision}', 'B') = 'B' as helped
from public.actual_impact i
join public.optimization_history oh on oh.proposal_id = i.proposal_id
where num_nulls(
    i.signal, i.change_type, i.predicted, i.predicted_low, i.predicted_high, i.naive, i.variance, i.actual_impact
) = 0 and i.decision in ('A', 'B', 'none', 'rollback')
order by i.decided_at, i.test_id;
