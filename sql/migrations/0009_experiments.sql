create table public.experiment_days (
    test_id text not null references public.a_b_tests (test_id) on delete cascade,
    cohort_day date not null,
    n_a bigint not null check (n_a >= 0),
    c_a bigint not null check (c_a between 0 and n_a),
    n_b bigint not null check (n_b >= 0),
    c_b bigint not null check (c_b between 0 and n_b),
    primary key (test_id, cohort_day)
);

comment on table public.experiment_days is 'Units and conversions per test, arm and cohort day: what decisions are made from.';

create table public.experiment_decisions (
    test_id text not null references public.a_b_tests (test_id) on delete cascade,
    as_of date not null,
    look integer,
    information double precision,
    z double precision,
    boundary double precision,
    harm_e double precision,
    srm_p double precision,
    decision text not null check (decision in ('continue', 'B', 'A', 'none', 'rollback', 'pause')),
    reason text,
    primary key (test_id, as_of)
);

comment on table public.experiment_decisions is 'What was decided about a test on a day, and on which numbers.';
