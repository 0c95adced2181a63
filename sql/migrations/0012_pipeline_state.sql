-- The configured funnels and the conversion goal, copied from the configuration so that SQL can read them.
create table uxpipeline.funnel_steps (
    funnel_name text not null,
    step_order integer not null,
    step_name text not null,
    primary key (funnel_name, step_order)
);

create table uxpipeline.conversion_goal (
    only_row boolean primary key default true check (only_row),
    funnel_name text not null
);

insert into uxpipeline.conversion_goal (funnel_name) values ('lead_capture');

-- Whoever holds a lease works alone; an expired one may be taken over.
create table uxpipeline.leases (
    name text primary key,
    holder text not null,
    expires_at timestamptz not null
);

-- What the last refresh of the marts had seen; the volume sensor counts what came after.
create table uxpipeline.mart_state (
    only_row boolean primary key default true check (only_row),
    received_before timestamptz not null default '2000-01-01 00:00:00+00',
    last_file_id bigint not null default 0
);

insert into uxpipeline.mart_state default values;
