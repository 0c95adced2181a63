-- What waits for a test, what waits for an assignment, and how old the oldest of each is.
select
    count(*) filter (where not known) as of_unknown_tests,
    count(distinct test_id) filter (where not known) as unknown_tests,
    count(*) filter (where known) as without_assignment,
    count(*) filter (where since < %(before)s) as too_old,
    min(since) as oldest
from (
    select
        p.test_id,
        p.received_at as since,
        p.test_id = '' or exists (select from public.a_b_tests t where t.test_id = p.test_id) as known
    from uxpipeline.parked p
    where p.released_at is null
) parked;
