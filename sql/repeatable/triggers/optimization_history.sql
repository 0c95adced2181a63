drop trigger if exists guard_proposal on public.optimization_history;
create trigger guard_proposal
before insert or update on public.optimization_history
for each row execute function uxpipeline.guard_proposal();

drop trigger if exists end_tests_of_proposal on public.optimization_history;
create trigger end_tests_of_proposal
after update of status on public.optimization_history
for each row when (
    old.status in ('testing', 'implemented') and new.status in ('implemented', 'rolled_back', 'archived')
    and new.status <> old.status
)
execute function public.end_tests_of_proposal();

drop trigger if exists log_proposal_event on public.optimization_history;
create trigger log_proposal_event
after insert or update of status on public.optimization_history
for each row execute function public.log_proposal_event();
