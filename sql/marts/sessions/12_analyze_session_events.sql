analyze session_events (n, event_type, component_id, page_url);
