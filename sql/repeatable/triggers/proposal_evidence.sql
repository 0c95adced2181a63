drop trigger if exists refuse_rewrite on public.proposal_evidence;
create trigger refuse_rewrite
before update or delete or truncate on public.proposal_evidence
for each statement execute function uxpipeline.refuse_rewrite();
