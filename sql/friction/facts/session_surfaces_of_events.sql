-- What each session of session_events did on each surface, per UTC day. An interaction is a run of events on a surface
-- without a pause above two seconds: the clicks of a rage and the rage click they make are one.
insert into pg_temp.session_surfaces
with pages as materialized (
    select page_url, uxpipeline.page_key(page_url) as page_key
    from (select distinct page_url from pg_temp.session_events) urls
),
elements as materialized (
    select element_path, uxpipeline.element_key(element_path) as base_key
    from (select distinct element_path from pg_temp.session_events where element_path is not null) paths
),
forms as materialized (
    -- A form is named by its id; an id that is no identifier is cut, so that no key grows without bound.
    select
        id, session_id, "timestamp",
        case when form_id ~ '^[A-Za-z0-9_-]{1,200}$' then '#' || form_id else left(form_id, 200) end as form_key
    from (
        select id, session_id, "timestamp", nullif(event_data ->> 'form_id', '') as form_id
        from pg_temp.session_events
        where event_type in ('form_start', 'form_abandon', 'form_submit')
    ) form_events
),
events as materialized (
    select
        e.session_id, e."timestamp" as at, (e."timestamp" at time zone 'UTC')::date as day, e.event_type,
        e.element_type, e.component_id, p.page_key, el.base_key,
        case when f.id is not null then coalesce(f.form_key, el.base_key) end as form_key,
        case when e.event_type = 'hesitation' then uxpipeline.sane_hesitation_ms(e.event_data) end as hesitation_ms,
        concat_ws(' ', p.page_key, el.base_key) as hesitated_on,
        row_number() over (partition by e.session_id order by e."timestamp", e.id) - 1 as events_before
    from pg_temp.session_events e
    join pages p on p.page_url = e.page_url
    left join elements el on el.element_path = e.element_path
    left join forms f on f.session_id = e.session_id and f.id = e.id and f."timestamp" = e."timestamp"
),
touches as (
    select 'element' as surface_level, base_key, page_key, element_type, component_id, session_id, at, day, event_type, events_before,
        hesitation_ms, hesitated_on
    from events
    where base_key is not null
    union all
    select 'component', component_id, page_key, null, component_id, session_id, at, day, event_type, events_before,
        hesitation_ms, hesitated_on
    from events
    where component_id is not null
    union all
    select 'page', page_key, page_key, null, null, session_id, at, day, event_type, events_before,
        hesitation_ms, hesitated_on
    from events
    union all
    select 'site', 'site', null, null, null, session_id, at, day, event_type, events_before,
        hesitation_ms, hesitated_on
    from events
    union all
    select 'form', form_key, page_key, 'form', component_id, session_id, at, day, event_type, events_before,
        hesitation_ms, hesitated_on
    from events
    where form_key is not null
),
paused as (
    select
        *,
        coalesce(at - lag(at) over (
            partition by session_id, surface_level, base_key, page_key, element_type, day order by events_before
        ) > interval '2 seconds', true) as begins
    from touches
),
numbered as (
    select
        *,
        count(*) filter (where begins) over so_far as interaction_no,
        max(case when begins then at end) over so_far as began_at,
        case when surface_level in ('page', 'site') then 30 else 10 end as kept
    from paused
    window so_far as (
        partition by session_id, surface_level, base_key, page_key, element_type, day order by events_before
    )
)
select
    session_id, day, surface_level, base_key, page_key, element_type,
    min(component_id),
    max(interaction_no),
    array_agg(began_at order by interaction_no) filter (where begins and interaction_no <= kept),
    array_agg(events_before::integer order by interaction_no) filter (where begins and interaction_no <= kept),
    min(began_at) filter (where event_type = 'rage_click'),
    min(began_at) filter (where event_type = 'hesitation' and hesitation_ms is null),
    min(began_at) filter (where event_type = 'error'),
    bool_or(event_type = 'form_start') and surface_level <> 'element',
    bool_or(event_type = 'form_abandon') and surface_level <> 'element',
    (array_agg(began_at order by events_before) filter (where hesitation_ms is not null))[:100],
    (array_agg(hesitation_ms order by events_before) filter (where hesitation_ms is not null))[:100],
    (array_agg(hesitated_on order by events_before) filter (where hesitation_ms is not null))[:100]
from numbered
group by session_id, day, surface_level, base_key, page_key, element_type;
