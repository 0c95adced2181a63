-- Lines that have waited too long of sessions that nothing else is known of.
delete from uxpipeline.parked p
where p.received_at < %(before)s
    and not exists (select from public.user_sessions us where us.session_id = p.session_id);
