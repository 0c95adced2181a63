insert into public.optimization_history (
    proposal_id, status, friction_point, component_id, change_description, proposed_changes
)
select 'proposal-' || n, (array['implemented', 'testing'])[1 + n %% 2], '#element-' || n, 'component-' || n, 'Larger', '{}'
from generate_series(0, %(proposals)s - 1) n;
