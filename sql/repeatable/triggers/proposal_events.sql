drop trigger if exists refuse_forged_event on public.proposal_events;
create trigger refuse_forged_event
before insert on public.proposal_events
for each row execute function uxpipeline.refuse_forged_event();

drop trigger if exists refuse_rewrite on public.proposal_events;
create trigger refuse_rewrite
before update or delete or truncate on public.proposal_events
for each statement execute function uxpipeline.refuse_rewrite();
