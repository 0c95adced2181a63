-- Where sessions of visitors whose tracker knows none begin and end: all moments with less than half an hour between
-- neighbours are one run. However a visitor's lines come, their runs are the same. Of an erased run no session is named.
create table uxpipeline.visitor_runs (
    visitor_key text not null,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    session_id text,
    primary key (visitor_key, started_at),
    check (ended_at >= started_at)
);
create index idx_visitor_runs_session_id on uxpipeline.visitor_runs (session_id);
comment on column uxpipeline.visitor_runs.visitor_key is 'Keyed hash of the tracker''s visitor id.';
comment on column uxpipeline.visitor_runs.session_id is 'The session of the run; NULL: it was erased.';

create unlogged table uxpipeline.stage_moments (
    load_id bigint not null,
    line_no bigint not null,
    session_id text not null,
    visitor_key text not null,
    at timestamptz not null
);

-- What a line says about rows that other lines bring, now or later: that a click had no effect, which field was filled in
-- last.
create table uxpipeline.remarks (
    session_id text not null,
    kind text not null check (kind in ('dead_click', 'form_touch')),
    subject text not null,
    at timestamptz not null,
    value text not null,
    primary key (session_id, kind, subject, at)
);
comment on column uxpipeline.remarks.subject is 'The path of the element that was clicked, or the id of the form.';

create unlogged table uxpipeline.stage_remarks (
    load_id bigint not null,
    line_no bigint not null,
    session_id text not null,
    kind text not null,
    subject text not null,
    at timestamptz not null,
    value text not null
);
