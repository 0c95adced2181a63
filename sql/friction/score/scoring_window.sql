-- The scoring's parameters as a relation: a statement that makes a table cannot have bound ones.
create temporary table scoring_window (
    as_of date not null,
    window_end timestamptz not null,
    known_at timestamptz not null,
    window_days integer not null,
    recent_days integer not null,
    gate_exposed bigint not null,
    gate_affected bigint not null,
    gate_visitors bigint not null,
    fewest_controls bigint not null,
    overlap_wanted double precision not null,
    hesitation_quantile double precision not null
) on commit drop;
