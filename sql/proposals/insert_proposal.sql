-- No row comes back where somebody else took the id.
insert into public.optimization_history (
    proposal_id, status, friction_point, component_id, page_url, change_description, proposed_changes, ai_confidence,
    expected_impact, metadata
)
values (
    %(proposal_id)s, 'proposed', %(friction_point)s, %(component_id)s, %(page_url)s, %(change_description)s,
    %(proposed_changes)s, %(ai_confidence)s, %(expected_impact)s, %(metadata)s
)
on conflict (proposal_id) do nothing
returning proposal_id;
