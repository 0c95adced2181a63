-- Stored sessions that go on under another name.
create temporary table moved_sessions (old_id text, new_id text, created_at timestamptz) on commit drop;
