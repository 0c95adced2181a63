-- How a beacon, which may only insert, ends its session; a session whose end was supplied is left alone. One that we
-- ended because it fell silent takes the beacon's word, and keeps what its record supplied.
create or replace function public.close_session(
    p_session_id text, p_exit_page text, p_exit_reason text default null, p_page_count integer default null
) returns void
language sql security definer
set search_path = ''
as $$
    update public.user_sessions s
    set exit_page = coalesce(p_exit_page, s.exit_page),
        exit_reason = case
            when 'exit_reason' = any (s.supplied) then s.exit_reason
            when s.supplied is not null and p_exit_page is null then coalesce(p_exit_reason, s.exit_reason)
            else p_exit_reason
        end,
        page_count = case
            when 'page_count' = any (s.supplied) then s.page_count
            else coalesce(p_page_count, s.page_count)
        end,
        -- Without events nothing else tells how long it was.
        duration_seconds = case
            when s.supplied is not null and s.duration_seconds is null and p_exit_page is not null
                then least(greatest(extract(epoch from clock_timestamp() - s.created_at), 0), 2147483647)
            else s.duration_seconds
        end,
        supplied = case
            when s.supplied is not null then array(
                select distinct named.name
                from unnest(s.supplied || array[
                    case when p_exit_page is not null then 'exit_page' end,
                    case when p_exit_reason is not null then 'exit_reason' end,
                    case when p_page_count is not null then 'page_count' end,
                    case when s.duration_seconds is null and p_exit_page is not null then 'duration_seconds' end
                ]) named (name)
                where named.name is not null
                order by named.name
            )
        end
    where s.session_id = p_session_id
        and case when s.supplied is null then s.exit_page is null else not 'exit_page' = any (s.supplied) end
$$;

select uxpipeline.restrict_function('public.close_session(text, text, text, integer)');
grant execute on function public.close_session(text, text, text, integer) to beacon_ingest;
