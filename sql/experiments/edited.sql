-- Running tests whose columns no longer say what their frozen design says; decisions follow the design.
select
    t.test_id,
    concat_ws(
        ', ',
        case when t.sample_size is distinct from (t.metadata #>> '{design,per_arm}')::integer then 'sample_size' end,
        case when t.target_conversion is distinct from t.metadata #>> '{design,target}' then 'target_conversion' end,
        case
            when t.confidence_threshold is distinct from (1 - (t.metadata #>> '{design,alpha}')::numeric)
            then 'confidence_threshold'
        end
    ) as columns
from public.a_b_tests t
where t.metadata ? 'design' and t.status in ('active', 'paused')
    and (
        t.sample_size, t.target_conversion, t.confidence_threshold
    ) is distinct from (
        (t.metadata #>> '{design,per_arm}')::integer, t.metadata #>> '{design,target}',
        1 - (t.metadata #>> '{design,alpha}')::numeric
    )
order by t.test_id;
