analyze touched_sessions;
