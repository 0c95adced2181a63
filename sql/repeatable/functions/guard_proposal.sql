-- What may become of a proposal, whoever writes: proposals start as proposed, move along the allowed transitions, are
-- approved by somebody else than their author, keep their content once approved, and get their times from the database.
-- Not SECURITY DEFINER: current_user has to be the role that writes.
create or replace function uxpipeline.guard_proposal() returns trigger
language plpgsql
set search_path = ''
as $$
declare
    stated text := nullif(btrim(current_setting('uxpipeline.actor', true)), '');
    actor text := coalesce(stated, session_user);
    is_owner boolean := pg_catalog.pg_has_role(
        current_user, (select c.relowner from pg_catalog.pg_class c where c.oid = tg_relid), 'member'
    );
    allowed constant jsonb := '{
        "proposed": ["approved", "rejected", "archived"],
        "approved": ["testing", "implemented", "rejected"],
        "testing": ["implemented", "rolled_back", "archived"],
        "implemented": ["rolled_back", "archived"]
    }'::jsonb;
begin
    if lower(actor) like 'uxpipeline:%' and not is_owner then
        raise exception 'the name % belongs to the generator', actor
        using errcode = '42501', hint = 'State another name in uxpipeline.actor.';
    end if;

    if tg_op = 'INSERT' then
        if new.status is distinct from 'proposed' then
            raise exception 'a proposal starts as proposed, not as %', new.status
            using errcode = '42501', hint = 'Insert it as proposed; then decide on it.';
        end if;
        if num_nonnulls(
            new.actual_impact, new.pr_url, new.pr_number, new.implemented_at, new.tested_at, new.deployed_at,
            new.rollback_reason
        ) > 0 then
            raise exception 'a new proposal has no outcome yet'
            using errcode = '42501', hint = 'Leave impact, request, dates and rollback reason empty.';
        end if;
        new.created_at := clock_timestamp();
        new.metadata := coalesce(new.metadata, '{}') || jsonb_build_object(
            'author', actor, 'author_role', current_user, 'author_stated', stated is not null
        );
        return new;
    end if;

    if (new.id, new.proposal_id, new.created_at) is distinct from (old.id, old.proposal_id, old.created_at)
        or exists (
            select from unnest(array['author', 'author_role', 'author_stated', 'dedupe_key']) name
            where new.metadata -> name is distinct from old.metadata -> name
        )
    then
        raise exception 'identity and author of proposal % never change', old.proposal_id
        using errcode = '23514', hint = 'Insert another proposal.';
    end if;

    if old.status <> 'proposed' and (
        new.proposed_changes, new.friction_point, new.change_description, new.component_id, new.page_url,
        new.expected_impact, new.ai_confidence
    ) is distinct from (
        old.proposed_changes, old.friction_point, old.change_description, old.component_id, old.page_url,
        old.expected_impact, old.ai_confidence
    ) then
        raise exception 'proposal % is %: what was decided on no longer changes', old.proposal_id, old.status
        using errcode = '23514', hint = 'Reject it or roll it back, and insert another proposal.';
    end if;

    if new.status = old.status then
        if (new.implemented_at, new.tested_at, new.deployed_at)
            is distinct from (old.implemented_at, old.tested_at, old.deployed_at)
        then
            raise exception 'the dates of proposal % are set by the database', old.proposal_id
            using errcode = '23514', hint = 'Change its status instead; the dates follow.';
        end if;
    else
        if not coalesce(allowed -> old.status ? new.status, false) then
            raise exception 'proposal % is %: it cannot become %', old.proposal_id, old.status, new.status
            using errcode = '23514',
                hint = coalesce(
                    'From ' || old.status || ' it can become: '
                    || array_to_string(array(select jsonb_array_elements_text(allowed -> old.status)), ', ') || '.',
                    'Nothing follows ' || old.status || '.'
                );
        end if;
        if new.status = 'approved' and (
            lower(actor) like 'uxpipeline:%'
            or lower(actor) = lower(coalesce(old.metadata ->> 'author', ''))
            or (
                not coalesce((old.metadata ->> 'author_stated')::boolean, true)
                and current_user = old.metadata ->> 'author_role'
                -- Everybody acts as the owner through the commands, so there the name has to tell people apart.
                and not (is_owner and stated is not null)
            )
        ) then
            raise exception 'the author of proposal % cannot approve it', old.proposal_id
            using errcode = '42501', hint = 'Let somebody else approve it, under their own name.';
        end if;
        if new.status = 'rolled_back' and nullif(btrim(new.rollback_reason), '') is null then
            raise exception 'a rollback of proposal % says why', old.proposal_id
            using errcode = '23514', hint = 'Set rollback_reason.';
        end if;
        new.tested_at := case when new.status = 'testing' then clock_timestamp() else old.tested_at end;
        new.implemented_at := case
            when new.status = 'implemented' then clock_timestamp() else old.implemented_at
        end;
        new.deployed_at := case when new.status = 'implemented' then clock_timestamp() else old.deployed_at end;
        if old.status = 'approved' and new.status = 'implemented' then
            new.metadata := coalesce(new.metadata, '{}') || '{"implemented_without_test": true}';
        end if;
    end if;

    if new.actual_impact is distinct from old.actual_impact
        and new.status in ('proposed', 'approved', 'rejected')
    then
        raise exception 'proposal % is %: nothing was measured', old.proposal_id, new.status
        using errcode = '23514', hint = 'An impact follows a test or an implementation.';
    end if;
    return new;
end
$$;

select uxpipeline.restrict_function('uxpipeline.guard_proposal()');
