-- Facts of funnels: how far each session came on each path it entered. A step is stored once a session, with its first
-- entry. Which step is the last belongs to the configuration, so what follows from it is left to the views.
create table uxpipeline.session_funnels (
    session_id text not null,
    funnel_name text not null,
    steps integer not null,
    reached_step integer not null,
    ordered_step integer not null,
    entered_at timestamptz not null,
    reached_at timestamptz not null,
    ordered_at timestamptz,
    duration_seconds bigint not null,
    steps_timed bigint not null,
    step_orders integer[] not null,
    step_names text[] not null,
    step_entries timestamptz[] not null,
    dropoff_signal text,
    dropoff_reason text,
    primary key (session_id, funnel_name)
);
create index idx_session_funnels_funnel_name on uxpipeline.session_funnels (funnel_name, entered_at);

comment on table uxpipeline.session_funnels is 'Per session and funnel: how far it came, when, and what it met then.';
comment on column uxpipeline.session_funnels.steps is 'Steps it entered.';
comment on column uxpipeline.session_funnels.reached_step is 'The highest step it entered, in whatever order.';
comment on column uxpipeline.session_funnels.ordered_step is
'The highest step it reached in order: 1 to it were all entered, none before the one it follows. 0: step 1 is missing.';
comment on column uxpipeline.session_funnels.entered_at is 'Its first entry of any step.';
comment on column uxpipeline.session_funnels.reached_at is 'When it entered reached_step.';
comment on column uxpipeline.session_funnels.ordered_at is 'When it entered ordered_step.';
comment on column uxpipeline.session_funnels.duration_seconds is 'Sum over the steps whose duration is known.';
comment on column uxpipeline.session_funnels.steps_timed is 'Steps whose duration is known.';
comment on column uxpipeline.session_funnels.step_orders is 'The steps it entered, ascending; names and entries go with them.';
comment on column uxpipeline.session_funnels.dropoff_signal is
'The last friction met after reached_step was entered, else how the session ended.';
comment on column uxpipeline.session_funnels.dropoff_reason is
'What the source said why it went no further than reached_step, else dropoff_signal.';

-- How far the closing of silent sessions has come.
alter table uxpipeline.mart_state
add column closed_before timestamptz not null default '2000-01-01 00:00:00+00',
add column closed_received_before timestamptz not null default '2000-01-01 00:00:00+00';
comment on column uxpipeline.mart_state.closed_before is
'The last closing took sessions without events after this moment for silent.';
comment on column uxpipeline.mart_state.closed_received_before is
'Every row received before this moment was there when the last closing looked.';

comment on column public.user_sessions.supplied is
'Columns that a record or the beacon supplied; the others are derived from events. NULL: inserted directly, not ended by us.';
