-- How a beacon, which may only insert, ends its session; a session that has an exit page is left alone.
create or replace function public.close_session(
    p_session_id text, p_exit_page text, p_exit_reason text default null, p_page_count integer default null
) returns void
language sql security definer
set search_path = ''
as $$
    update public.user_sessions s
    set exit_page = p_exit_page,
        exit_reason = p_exit_reason,
        page_count = coalesce(p_page_count, s.page_count)
    where s.session_id = p_session_id and s.exit_page is null
$$;

select uxpipeline.restrict_function('public.close_session(text, text, text, integer)');
grant execute on function public.close_session(text, text, text, integer) to beacon_ingest;
