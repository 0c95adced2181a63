-- Measured outcomes of the generator's proposals by evidence grade. A change that was not tested measured nothing.
select
    metadata #>> '{evidence,evidence_grade}' as grade,
    count(*) as measured,
    count(*) filter (where actual_impact > 0) as helped
from public.optimization_history
where metadata ->> 'author' like 'uxpipeline:%'
    and actual_impact is not null
    and metadata ->> 'implemented_without_test' is null
    and metadata #>> '{evidence,evidence_grade}' in ('A', 'B', 'C', 'D')
group by 1;
