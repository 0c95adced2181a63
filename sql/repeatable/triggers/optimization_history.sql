drop trigger if exists guard_proposal on public.optimization_history;
create trigger guard_proposal
before insert or update on public.optimization_history
for each row execute function uxpipeline.guard_proposal();

drop trigger if exists log_proposal_event on public.optimization_history;
create trigger log_proposal_event
after insert or update of status on public.optimization_history
for each row execute function public.log_proposal_event();
