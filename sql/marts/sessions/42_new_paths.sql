insert into path_changes
select after.*, 1
from uxpipeline.path_totals_of(array(
    select s.session_id from stale_sessions s where s.n in (select st.n from session_steps st)
)) after;
