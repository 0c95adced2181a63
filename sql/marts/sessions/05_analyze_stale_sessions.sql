analyze stale_sessions;
