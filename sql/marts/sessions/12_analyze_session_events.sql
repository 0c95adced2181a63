analyze session_events (session_id, event_type, component_id);
