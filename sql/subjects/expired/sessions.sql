-- Sessions that ended before a moment, oldest first, and how many there are in all. A running test keeps those it counts.
select f.session_id, count(*) over () as all_of_them
from uxpipeline.session_facts f
where f.last_at < %(before)s
    and not exists (
        select from public.variant_assignments va
        join public.a_b_tests t on t.test_id = va.test_id
        where va.session_id = f.session_id and t.status in ('active', 'paused')
    )
order by f.last_at, f.session_id
limit %(most)s;
