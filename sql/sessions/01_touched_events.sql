-- What the touched sessions did; rows that we derived ourselves are named, those that follow from other rows are marked.
create temporary table touched_events on commit drop as
select
    s.n, be.id, be."timestamp", be.event_type, be.page_url, be.received_at,
    (be.event_type = 'page_view')::integer as page_views,
    case when be.event_type = 'form_submit' then be.event_data -> 'form_id' end as submitted_form_id,
    case when be.event_type in ('click', 'form_start') then be.event_data -> 'form_id' end as touched_form_id,
    case when be.event_type in ('click', 'form_start') then be.event_data ->> 'field' end as touched_field,
    case when be.event_type = 'click' then be.metadata -> 'rage_clicks' end as burst,
    case when be.event_type = 'click' and be.metadata -> 'rage_clicks' ? 'within_px' then be.coordinates end as coordinates,
    own.derived,
    coalesce(own.derived <> 'form_start', false) as follows
from session_spans s
cross join lateral (
    select * from public.behavior_events stored
    where stored.session_id = s.session_id and stored."timestamp" >= s.span_start and stored."timestamp" < s.span_end
        -- Known when the statement is planned: nothing is prepared for partitions outside all spans.
        and stored."timestamp" >= %(span_start)s and stored."timestamp" < %(span_end)s
    offset 0
) be
cross join lateral (
    select case
        when be.event_type in ('form_start', 'form_abandon') and be.metadata ->> 'detector' = 'uxpipeline.form'
            or be.event_type = 'rage_click' and be.metadata ->> 'detector' = 'uxpipeline.rage_click'
            then be.event_type
    end as derived
) own;
