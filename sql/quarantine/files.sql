select q.file_id, f.path, f.source, f.sha256, array_agg(q.line_no order by q.line_no) as lines
from uxpipeline.quarantine q
join uxpipeline.ingest_files f on f.id = q.file_id
where q.replayed_at is null
    and (%(ids)s::bigint[] is null or q.id = any (%(ids)s))
    and (%(reason)s::text is null or q.reason = %(reason)s)
group by q.file_id, f.path, f.source, f.sha256
order by q.file_id;
