-- Numbers a proposal rests on. Survives the deletion of a proposal, like its events, hence no foreign key.
create table public.proposal_evidence (
    id bigint generated always as identity primary key,
    proposal_id text not null check (octet_length(proposal_id) between 1 and 200),
    query_id text not null check (octet_length(query_id) <= 200),
    params jsonb not null check (jsonb_typeof(params) = 'object' and octet_length(params::text) <= 16384),
    result jsonb not null check (jsonb_typeof(result) = 'object' and octet_length(result::text) <= 65536),
    result_hash text not null check (result_hash ~ '^[0-9a-f]{64}$'),
    as_of date not null,
    known_at timestamptz not null,
    score_version text not null,
    recorded_at timestamptz not null default clock_timestamp(),
    unique (proposal_id, query_id, as_of, known_at)
);

comment on table public.proposal_evidence is
'Append-only: a question put to the data for a proposal, and the answer it got. Put again before a proposal is approved.';
comment on column public.proposal_evidence.query_id is 'Name of the file of `sql/` that asks.';
comment on column public.proposal_evidence.known_at is 'Only rows received before this moment are read.';

-- Replaced per as_of, like the scores it comes from.
create table public.proposal_blocks (
    as_of date not null,
    surface_level text not null,
    surface_key text not null,
    signal text not null,
    rule text not null,
    reason text not null check (reason ~ '^[a-z_]{1,60}$'),
    detail text not null check (octet_length(detail) <= 1000),
    primary key (as_of, surface_level, surface_key, signal, rule)
);

comment on table public.proposal_blocks is 'Friction that a rule answers and that was not proposed, and why.';
comment on column public.proposal_blocks.surface_key is 'As in friction_scores, written by visitors'' browsers.';
comment on column public.proposal_blocks.detail is 'Numbers and proposal ids only.';

-- The generator never has two live proposals for the same thing, whatever runs at once.
create unique index idx_optimization_history_live_dedupe_key
on public.optimization_history ((metadata ->> 'dedupe_key'))
where status in ('proposed', 'approved', 'testing') and metadata ->> 'author' like 'uxpipeline:%';
