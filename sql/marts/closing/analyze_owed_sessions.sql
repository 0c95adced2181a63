-- Of the queue itself the planner knows only what it once held.
analyze owed_sessions (session_id);
