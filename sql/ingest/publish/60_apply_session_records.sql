-- What session records supply stands: the first value of a column wins, later records fill what is still missing.
-- A session inserted directly (supplied is null) counts as supplied in every column it has.
with records as (
    select given.session_id, jsonb_object_agg(given.key, given.value order by given.line_no desc) as given
    from (
        select s.session_id, s.line_no, field.key, field.value
        from uxpipeline.stage_sessions s
        join uxpipeline.stage_lines l
            on l.load_id = s.load_id and l.line_no = s.line_no and l.outcome in ('pending', 'inserted')
        cross join lateral jsonb_each(
            jsonb_strip_nulls(to_jsonb(s)) - array['load_id', 'line_no', 'session_id', 'at']
        ) field
        where s.load_id = %(load_id)s and s.at is null
    ) given
    group by given.session_id
),
known as (
    select
        us.session_id,
        to_jsonb(us) as row,
        coalesce(us.supplied, array(select jsonb_object_keys(jsonb_strip_nulls(to_jsonb(us))))) as supplied,
        r.given
    from public.user_sessions us
    join records r on r.session_id = us.session_id
),
merged as (
    select
        k.session_id as key,
        array(select distinct name from unnest(k.supplied || array(select jsonb_object_keys(k.given))) name order by name)
            as names,
        m.*
    from known k
    cross join lateral jsonb_populate_record(null::public.user_sessions, k.row || (k.given - k.supplied)) m
    where k.given - k.supplied <> '{}'
),
written as (
    update public.user_sessions us
    set landing_page = m.landing_page,
        exit_page = m.exit_page,
        exit_reason = m.exit_reason,
        user_agent = m.user_agent,
        referrer = m.referrer,
        device_type = m.device_type,
        screen_resolution = m.screen_resolution,
        language = m.language,
        country_code = m.country_code,
        created_at = m.created_at,
        duration_seconds = m.duration_seconds,
        page_count = m.page_count,
        visitor_key = m.visitor_key,
        received_at = m.received_at,
        supplied = case when us.supplied is not null then m.names end
    from merged m
    where us.session_id = m.key
    returning us.session_id
),
marked as (
    update uxpipeline.stage_lines l
    set outcome = 'inserted'
    from uxpipeline.stage_sessions s
    join written w on w.session_id = s.session_id
    where s.load_id = %(load_id)s and s.at is null and l.load_id = s.load_id and l.line_no = s.line_no
        and l.outcome = 'pending'
)
-- A session that this load made is counted already.
select 'user_sessions' as relation, count(*) as rows
from written w
join touched_sessions t on t.session_id = w.session_id and not t.is_new;
