-- What a comparison holds equal about a session, and what became of it. Times and steps as far as they were known.
create temporary table scored_sessions on commit drop as
with present as materialized (
    select us.*
    from public.user_sessions us
    join (select distinct session_id from pg_temp.window_surfaces) ws on ws.session_id = us.session_id
),
steps as (
    select cf.session_id, array_agg(cf.entered_at order by cf.entered_at) as entered_at
    from uxpipeline.conversion_goal goal
    join public.conversion_funnels cf on cf.funnel_name = goal.funnel_name
    join pg_temp.scoring_window w on cf.entered_at < w.window_end and cf.received_at < w.known_at
    group by cf.session_id
),
conversions as (
    select converted.session_id, converted.converted_at
    from uxpipeline.converted_sessions converted
    join pg_temp.scoring_window w on converted.converted_at < w.window_end
    where exists (
        select from public.conversion_funnels cf
        where cf.session_id = converted.session_id
            and cf.entered_at = converted.converted_at
            and cf.received_at < w.known_at
    )
)
select
    p.session_id,
    row_number() over (order by p.session_id collate "C")::integer as session_no,
    dense_rank() over (order by coalesce(p.visitor_key, p.session_id) collate "C", p.visitor_key is null)::integer as visitor_no,
    case p.device_type when 'mobile' then 1 when 'desktop' then 2 when 'tablet' then 3 else 0 end as device,
    case
        when p.landing_page ~* '[?&](gclid|msclkid)=|[?&]utm_medium=(cpc|ppc|paid|display)' then 4
        when p.landing_page ~* '[?&]utm_medium=(e?mail|newsletter)' then 5
        when coalesce(p.referrer, '') = '' then 0
        when p.referrer ~* '(^|[/.])(google|bing|duckduckgo|yahoo|baidu|yandex|ecosia)\.' then 1
        when p.referrer ~* '(^|[/.])(facebook|instagram|twitter|x|t|linkedin|lnkd|reddit|pinterest|tiktok|youtube)\.(com|co|in)' then 2
        else 3
    end as channel,
    p.visitor_key is not null and p.created_at > min(p.created_at) over (partition by p.visitor_key) as came_before,
    s.entered_at as steps_at,
    c.converted_at
from present p
left join steps s on s.session_id = p.session_id
left join conversions c on c.session_id = p.session_id;
