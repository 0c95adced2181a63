-- What the budgets count: proposals that wait for a decision, and those the generator made on the day of `now`.
select
    count(*) filter (where status = 'proposed') as waiting,
    count(*) filter (
        where metadata ->> 'author' like 'uxpipeline:%%'
            and (created_at at time zone 'UTC')::date = (%(now)s::timestamptz at time zone 'UTC')::date
    ) as made_today
from public.optimization_history;
