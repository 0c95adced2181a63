select exists (
    select from uxpipeline.remarks r
    join touched_sessions t on t.session_id = r.session_id
    where r.kind = 'dead_click'
);
