insert into public.optimization_history (
    proposal_id, status, friction_point, component_id, page_url, change_description, proposed_changes, metadata,
    created_at
)
values (
    %(proposal_id)s, 'proposed', %(friction_point)s, %(component_id)s, %(page_url)s, %(change_description)s,
    %(proposed_changes)s, %(metadata)s, clock_timestamp()
)
on conflict (proposal_id) do nothing;
