-- Who moved a proposal from which status to which, on which evidence; the actor is the name the writer states in its
-- transaction. The evidence is the newest on record, before the first the one its author claims.
create or replace function public.log_proposal_event() returns trigger
language plpgsql security definer
set search_path = ''
as $$
begin
    if tg_op = 'UPDATE' then
        if new.status is not distinct from old.status then
            return new;
        end if;
    end if;
    insert into public.proposal_events (proposal_id, actor, database_role, from_status, to_status, reason, evidence_hash)
    values (
        new.proposal_id,
        coalesce(nullif(btrim(current_setting('uxpipeline.actor', true)), ''), session_user),
        session_user,
        case when tg_op = 'UPDATE' then old.status end,
        new.status,
        nullif(current_setting('uxpipeline.reason', true), ''),
        coalesce(
            (
                select pe.result_hash
                from public.proposal_evidence pe
                where pe.proposal_id = new.proposal_id
                order by pe.as_of desc, pe.id desc
                limit 1
            ),
            new.metadata ->> 'evidence_hash'
        )
    );
    return new;
end
$$;

select uxpipeline.restrict_function('public.log_proposal_event()');
