update uxpipeline.session_facts f
set converted_at = now_converted.converted_at
from (
    select f.session_id, c.converted_at
    from uxpipeline.session_facts f
    left join uxpipeline.converted_sessions c on c.session_id = f.session_id
) now_converted
where f.session_id = now_converted.session_id and f.converted_at is distinct from now_converted.converted_at;
