-- Measured outcomes of the generator's proposals by evidence grade. A change helped when its test found so and the
-- hold-back did not find the contrary; one that was not tested to its end measured nothing.
select
    metadata #>> '{evidence,evidence_grade}' as grade,
    count(*) as measured,
    count(*) filter (
        where metadata #>> '{outcome,decision}' = 'B' and coalesce(metadata #>> '{outcome,holdback,decision}', 'B') = 'B'
    ) as helped
from public.optimization_history
where metadata ->> 'author' like 'uxpipeline:%'
    and metadata #>> '{outcome,decision}' in ('A', 'B', 'none', 'rollback')
    and metadata #>> '{evidence,evidence_grade}' in ('A', 'B', 'C', 'D')
group by 1;
