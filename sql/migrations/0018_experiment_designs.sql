-- Tests of ours: their design is frozen in metadata.design, and they watch more than one metric.
alter table public.experiment_days add column excluded bigint not null default 0 check (excluded >= 0);

comment on column public.experiment_days.cohort_day is 'UTC day of the first assignment of the units.';
comment on column public.experiment_days.n_a is
'Units that saw A: visitors where their key is known, else sessions; c_a of them converted in time. n_b, c_b likewise.';
comment on column public.experiment_days.excluded is 'Units left out because they saw both variants while they could convert.';

create table public.experiment_guardrails (
    test_id text not null references public.a_b_tests (test_id) on delete cascade,
    cohort_day date not null,
    metric text not null check (metric in ('error', 'rage_click', 'bounce', 'other_funnels')),
    c_a bigint not null check (c_a >= 0),
    c_b bigint not null check (c_b >= 0),
    primary key (test_id, cohort_day, metric)
);

comment on table public.experiment_guardrails is
'Units per test, arm and cohort day that met what a change must not make worse; the units are those of experiment_days.';
comment on column public.experiment_guardrails.metric is
'A script error, a rage click, a visit of one page at most, the end of another funnel than the test''s.';

comment on column public.experiment_decisions.look is 'Whole weeks after which z was last looked at.';
comment on column public.experiment_decisions.information is 'Share of the planned units at that look.';
comment on column public.experiment_decisions.harm_e is
'Evidence that B converts worse, as an e-value: 20 happen in one harmless test of twenty.';
comment on column public.experiment_decisions.srm_p is 'Sequential p-value of the split of units.';

-- One live test per component and page, whatever runs at once.
create unique index idx_a_b_tests_live_component on public.a_b_tests (component_id)
where status in ('active', 'paused') and metadata ? 'design';
create unique index idx_a_b_tests_live_page on public.a_b_tests ((metadata ->> 'page'))
where status in ('active', 'paused') and metadata ? 'design';
