insert into uxpipeline.funnel_steps as known (funnel_name, step_order, step_name)
values (%(funnel_name)s, %(step_order)s, %(step_name)s)
on conflict (funnel_name, step_order) do update
set step_name = excluded.step_name
where known.step_name <> excluded.step_name;
