-- Lines that changed nothing: a row of the source that we hold already is a duplicate, a conversion whose assignment has
-- not come yet is parked, and a line that only derived rows come from (a second touch of a form) is ignored by its kind.
with settled as (
    update uxpipeline.stage_lines l
    set outcome = case
        when exists (
            select from uxpipeline.stage_conversions c
            where c.load_id = l.load_id and c.line_no = l.line_no
                and not exists (
                    select from public.variant_assignments va
                    where va.session_id = c.session_id and va.test_id = coalesce(c.test_id, va.test_id)
                )
        ) then 'parked'
        when exists (select from uxpipeline.stage_conversions c where c.load_id = l.load_id and c.line_no = l.line_no)
            or exists (
                select from uxpipeline.stage_events e
                where e.load_id = l.load_id and e.line_no = l.line_no and not e.earliest_only and not e.deepest_only
            )
            or exists (
                select from uxpipeline.stage_sessions s
                where s.load_id = l.load_id and s.line_no = l.line_no and s.at is null
            )
            or exists (
                select from uxpipeline.stage_funnel_steps f
                where f.load_id = l.load_id and f.line_no = l.line_no and not f.derived
            )
            or exists (
                select from uxpipeline.stage_assignments a
                where a.load_id = l.load_id and a.line_no = l.line_no and a.park
            )
            then 'duplicate'
        else 'ignored'
    end
    where l.load_id = %(load_id)s
        and l.outcome = 'pending'
        -- Pending and with an event of its own means inserted.
        and not exists (
            select from uxpipeline.stage_events e
            where e.load_id = l.load_id and e.line_no = l.line_no and not e.earliest_only and not e.deepest_only
                and (
                    (select count(*) from lost_events) = 0
                    or not exists (select from lost_events lost where lost.session_id = e.session_id and lost.id = e.id)
                )
        )
    returning l.line_no
)
insert into refused_lines select line_no from settled;
