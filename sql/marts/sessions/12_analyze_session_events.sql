analyze session_events (session_id, event_type, element_path, component_id, page_url);
