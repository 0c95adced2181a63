select q.id, f.path, f.source, q.line_no, q.reason, q.detail, q.received_at, q.replayed_at, q.payload
from uxpipeline.quarantine q
join uxpipeline.ingest_files f on f.id = q.file_id
where (%(with_replayed)s or q.replayed_at is null)
    and (%(reason)s::text is null or q.reason = %(reason)s)
    and (%(id)s::bigint is null or q.id = %(id)s)
order by q.file_id desc, q.line_no
limit %(most)s;
