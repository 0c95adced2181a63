-- The events of those sessions: kinds in plausible shares, 300 elements of 40 components, a heavy tail of both.
insert into public.behavior_events (
    id, session_id, event_type, element_path, element_type, element_text, coordinates, viewport_size, event_data,
    "timestamp", page_url, component_id, load_id
)
select
    md5(e.number::text)::uuid, e.session_id, k.kind,
    case when o.at_element then 'body > main > section.s' || e.element %% 40 || ' > *#element-' || e.element end,
    case when o.at_element then (array['button', 'a', 'input', 'div', 'select', 'img'])[1 + e.element %% 6] end,
    case when k.kind = 'click' then 'Text of element ' || e.element end,
    case when k.kind like '%%click' then jsonb_build_object('x', e.element * 3, 'y', e.element * 7) end,
    '{"width": 1440, "height": 900}',
    case
        when k.kind = 'hesitation' then jsonb_build_object('hesitation_ms', 300 + floor(9000 * e.chance ^ 2)::integer)
        when k.kind = 'scroll_depth' then jsonb_build_object('percentage', 5 * floor(21 * e.chance)::integer)
        when k.kind like 'form%%' then jsonb_build_object('form_id', 'form-' || e.element %% 5)
        else '{}'
    end,
    -- A session starts with its first event.
    e.started_at + interval '1 second' * (9 * (e.step - 1) + case when e.step > 1 then 8 * e.chance else 0 end),
    'https://shop.example/page-' || e.page,
    case when o.at_element and e.element %% 10 < 8 then 'component-' || e.element %% 40 end,
    %(load_id)s::bigint
from (
    select
        v.*,
        -- The thirty elements that every page has, or one of the page's own.
        case
            when v.chance < 0.3 then floor(30 * pg_temp.share(v.number, 13) ^ 2)::integer
            else 30 + floor(4.5 * (v.page + pg_temp.share(v.number, 13)))::integer
        end as element
    from (
        select
            s.*, step, s.n * 100 + step as number,
            pg_temp.share(s.n * 100 + step, 11) as draw,
            pg_temp.share(s.n * 100 + step, 12) as chance,
            floor(60 * pg_temp.share(s.n * 10 + step / 6, 14) ^ 2)::integer as page
        from world_sessions s
        cross join lateral generate_series(%(first_step)s::integer, %(first_step)s::integer + s.events - 1) step
    ) v
) e
cross join lateral (
    select (array[
        'page_view', 'click', 'scroll', 'hover', 'scroll_depth', 'time_on_element', 'hesitation', 'form_start',
        'form_abandon', 'form_submit', 'rage_click', 'error'
    ])[1 + width_bucket(e.draw, array[0.12, 0.38, 0.56, 0.70, 0.80, 0.88, 0.92, 0.945, 0.955, 0.97, 0.985])] as kind
) k
cross join lateral (select k.kind not in ('page_view', 'scroll', 'scroll_depth', 'error') as at_element) o
on conflict do nothing;
