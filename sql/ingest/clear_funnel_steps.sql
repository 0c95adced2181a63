-- Forgets steps that are no longer configured.
delete from uxpipeline.funnel_steps
where (funnel_name, step_order) not in (
    select * from unnest(%(funnels)s::text[], %(orders)s::integer[])
);
