update uxpipeline.component_totals t
set conversions = counted.conversions
from (
    select component_id, page_url, count(*) filter (where converted) as conversions
    from uxpipeline.session_components
    group by component_id, page_url
) counted
where t.component_id = counted.component_id and t.page_url = counted.page_url
    and t.conversions <> counted.conversions;
