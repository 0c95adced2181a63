-- NULL means not estimated; a rerun replaces all rows of its as_of.
create table public.friction_scores (
    as_of date not null,
    surface_level text not null check (surface_level in ('element', 'component', 'page', 'site')),
    surface_key text not null check (octet_length(surface_key) between 1 and 1200),
    signal text not null check (signal in ('rage_click', 'hesitation', 'error', 'form_leak', 'any')),
    denominator text not null check (denominator in ('interaction', 'form_start', 'page')),
    exposed_sessions bigint not null check (exposed_sessions >= 0),
    affected_sessions bigint not null check (affected_sessions between 0 and exposed_sessions),
    affected_visitors bigint not null check (affected_visitors >= 0),
    converted_sessions bigint not null check (converted_sessions between 0 and exposed_sessions),
    rate double precision not null check (rate between 0 and 1),
    rate_low double precision not null check (rate_low between 0 and rate_high),
    rate_high double precision not null check (rate_high <= 1),
    friction_index double precision,
    severity double precision,
    severity_se double precision,
    lost_conversions double precision,
    lost_low double precision,
    lost_high double precision,
    lost_rank_bound double precision,
    p_loss double precision,
    overlap double precision,
    evidence_grade text not null check (evidence_grade in ('A', 'B', 'C', 'D')),
    state text not null default 'none' check (state in ('chronic', 'step_up', 'new', 'recovering', 'none')),
    rank integer check (rank >= 1),
    score_version text not null,
    input_watermark timestamptz not null,
    component_id text,
    page_key text,
    element_type text,
    observed_days integer not null check (observed_days >= 1),
    primary key (as_of, surface_level, surface_key, signal)
);

comment on table public.friction_scores is 'How often sessions exposed to a surface met friction there, per as-of day over 28 days.';
comment on column public.friction_scores.rate is 'Posterior mean of the share of exposed sessions that were affected.';
comment on column public.friction_scores.rate_low is '5 % quantile of that posterior; rate_high is the 95 % one.';
comment on column public.friction_scores.input_watermark is 'Only rows received before this moment were read.';
comment on column public.friction_scores.converted_sessions is 'Exposed sessions that reached the conversion goal.';
comment on column public.friction_scores.observed_days is 'Days of the 28-day window from the first event in it to as_of.';
