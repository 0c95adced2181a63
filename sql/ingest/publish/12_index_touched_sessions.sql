create unique index on touched_sessions (session_id);
