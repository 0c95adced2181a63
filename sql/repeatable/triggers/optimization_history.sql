drop trigger if exists log_proposal_event on public.optimization_history;
create trigger log_proposal_event
after insert or update of status on public.optimization_history
for each row execute function public.log_proposal_event();
