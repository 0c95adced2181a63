-- What the audit judges, counted once: each rule would count all over again.
create unlogged table uxpipeline.stage_summary (
    load_id bigint not null,
    lines bigint not null,
    first_event_at timestamptz,
    last_event_at timestamptz,
    event_session_named bigint not null,
    event_url_without_address bigint not null,
    event_url_length bigint not null,
    event_path_length bigint not null,
    row_belongs_to_line bigint not null,
    session_named bigint not null,
    session_url_without_address bigint not null,
    session_duration_not_negative bigint not null,
    funnel_step_order_positive bigint not null,
    funnel_exit_after_entry bigint not null
);
comment on table uxpipeline.stage_summary is 'What `staged_batch` said of the load that was audited last.';

-- A stage is sampled for each file: the planner needs to know little of it.
alter table uxpipeline.stage_lines
    alter column load_id set statistics 10,
    alter column line_no set statistics 10,
    alter column source_id set statistics 10,
    alter column session_id set statistics 10,
    alter column outcome set statistics 10;
alter table uxpipeline.stage_events
    alter column load_id set statistics 10,
    alter column line_no set statistics 10,
    alter column id set statistics 10,
    alter column session_id set statistics 10,
    alter column earliest_only set statistics 10,
    alter column deepest_only set statistics 10;
alter table uxpipeline.stage_sessions
    alter column load_id set statistics 10,
    alter column line_no set statistics 10,
    alter column session_id set statistics 10,
    alter column at set statistics 10;
