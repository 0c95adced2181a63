create temporary table stale_sessions (session_id text primary key) on commit drop;
