-- Files with assignments that waited for a test which is there now.
select p.file_id, f.path, f.source, f.sha256, count(*) as lines
from uxpipeline.parked p
join uxpipeline.ingest_files f on f.id = p.file_id
where p.kind = 'assignment'
    and p.released_at is null
    and p.test_id in (select t.test_id from public.a_b_tests t)
group by p.file_id, f.path, f.source, f.sha256
order by p.file_id;
