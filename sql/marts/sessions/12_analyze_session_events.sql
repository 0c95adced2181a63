analyze session_events;
