-- Per surface and signal over the window: sessions exposed, sessions affected, their visitors, conversions.
-- A session counts once a surface however often it clicked. A signal nobody ever sent is absent, not zero.
with events as materialized (
    select
        be.session_id, be.event_type, be.element_path, be.element_type, be.component_id, be.page_url,
        be.event_data ->> 'form_id' as form_id
    from public.behavior_events be
    where be."timestamp" >= %(window_start)s and be."timestamp" < %(window_end)s and be.received_at < %(known_at)s
),
pages as (
    select page_url, uxpipeline.page_key(page_url) as page_key from (select distinct page_url from events) urls
),
places as (
    select element_path, page_key, element_type, uxpipeline.element_key(element_path) as base_key
    from (select distinct element_path, element_type, page_url from events where element_path is not null) seen
    join pages using (page_url)
),
ambiguous as (
    -- A key with a name of its own is ambiguous when it names unlike elements, a bare path when pages share it.
    select base_key
    from places
    group by base_key
    having case
        when base_key ~ '^(#|\[)' then count(distinct element_type) > 1
        else count(distinct page_key) > 1
    end
),
elements as (
    select distinct
        pl.element_path, pl.page_key, pl.element_type,
        case when a.base_key is null then pl.base_key else pl.page_key || ' ' || pl.base_key end as element_key
    from places pl
    left join ambiguous a on a.base_key = pl.base_key
),
tagged as materialized (
    select
        e.session_id, e.event_type, e.component_id, p.page_key, el.element_key, e.element_type,
        case
            when e.event_type not in ('form_start', 'form_abandon', 'form_submit') then null
            when e.form_id ~ '^[A-Za-z0-9_-]{1,200}$' then '#' || e.form_id
            else coalesce(e.form_id, el.element_key)
        end as form_key
    from events e
    join pages p on p.page_url = e.page_url
    left join elements el
        on el.element_path = e.element_path
        and el.page_key = p.page_key
        and el.element_type is not distinct from e.element_type
),
observed as (
    select
        bool_or(event_type = 'rage_click') as rage_click,
        bool_or(event_type = 'hesitation') as hesitation,
        bool_or(event_type = 'error') as error,
        bool_or(event_type = 'form_start') as form_leak
    from events
),
touches as (
    select 'element' as surface_level, element_key as surface_key, * from tagged where element_key is not null
    union all
    select 'component', component_id, * from tagged where component_id is not null
    union all
    select 'page', page_key, * from tagged
    union all
    select 'site', 'site', * from tagged
),
units as (
    select
        surface_level, surface_key, session_id,
        bool_or(event_type = 'rage_click') as rage_click,
        bool_or(event_type = 'hesitation') as hesitation,
        bool_or(event_type = 'error') as error
    from touches
    group by surface_level, surface_key, session_id
),
crowded as (
    -- Surfaces that everybody who touched them had trouble with: no controls among their users, so whoever saw a page
    -- with the element is counted as exposed instead.
    select surface_level, surface_key
    from units
    where surface_level in ('element', 'component')
    group by surface_level, surface_key
    having bool_and(rage_click or hesitation or error)
),
seen as (
    select distinct c.surface_level, c.surface_key, viewers.session_id
    from crowded c
    join (select distinct surface_level, surface_key, page_key from touches) whereabouts using (surface_level, surface_key)
    join (select distinct page_key, session_id from tagged) viewers using (page_key)
),
exposed as (
    select u.* from units u
    union all
    select s.surface_level, s.surface_key, s.session_id, false, false, false
    from seen s
    where not exists (
        select from units u
        where u.surface_level = s.surface_level and u.surface_key = s.surface_key and u.session_id = s.session_id
    )
),
form_units as (
    select surface_level, surface_key, session_id, bool_or(event_type = 'form_abandon') as form_leak
    from (
        select 'element' as surface_level, form_key as surface_key, * from tagged where form_key is not null
        union all
        select surface_level, surface_key, session_id, event_type, component_id, page_key, element_key, element_type, form_key
        from touches
        where surface_level <> 'element'
    ) forms
    group by surface_level, surface_key, session_id
    having bool_or(event_type = 'form_start')
),
cases as (
    select e.surface_level, e.surface_key, e.session_id, flags.signal, flags.affected
    from exposed e
    cross join observed o
    cross join lateral (
        values
            ('any', e.rage_click or e.hesitation or e.error, true),
            ('rage_click', e.rage_click, o.rage_click),
            ('hesitation', e.hesitation, o.hesitation),
            ('error', e.error, o.error)
    ) flags (signal, affected, measured)
    where flags.measured
    union all
    select f.surface_level, f.surface_key, f.session_id, 'form_leak', f.form_leak from form_units f
),
details as (
    select
        surface_level, surface_key,
        case when surface_level in ('element', 'component') then mode() within group (order by component_id) end as component_id,
        case when surface_level <> 'site' then mode() within group (order by page_key) end as page_key,
        case when surface_level = 'element' then mode() within group (order by element_type) end as element_type
    from (
        select * from touches
        union all
        select 'element', form_key, session_id, event_type, component_id, page_key, element_key, 'form', form_key
        from tagged
        where form_key is not null
    ) everywhere
    group by surface_level, surface_key
)
select
    c.surface_level, c.surface_key, c.signal,
    case
        when c.signal = 'form_leak' then 'form_start'
        when c.surface_level in ('page', 'site') or crowded.surface_key is not null then 'page'
        else 'interaction'
    end as denominator,
    count(*) as exposed_sessions,
    count(*) filter (where c.affected) as affected_sessions,
    count(distinct coalesce(us.visitor_key, c.session_id)) filter (where c.affected) as affected_visitors,
    count(*) filter (where converted.session_id is not null) as converted_sessions,
    max(d.component_id) as component_id,
    max(d.page_key) as page_key,
    max(d.element_type) as element_type
from cases c
join public.user_sessions us on us.session_id = c.session_id
join details d on d.surface_level = c.surface_level and d.surface_key = c.surface_key
left join crowded on crowded.surface_level = c.surface_level and crowded.surface_key = c.surface_key
left join uxpipeline.converted_sessions converted
    on converted.session_id = c.session_id and converted.converted_at < %(window_end)s
group by c.surface_level, c.surface_key, c.signal, crowded.surface_key
order by c.surface_level, c.surface_key, c.signal;
