select exists (select from moved_sessions);
