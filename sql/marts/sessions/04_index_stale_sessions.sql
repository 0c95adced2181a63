alter table stale_sessions add primary key (session_id);
