delete from uxpipeline.session_components f
using component_changes c
where c.sign = -1
    and f.session_id = any (array(select gone.session_id from component_changes gone where gone.sign = -1))
    and f.session_id = c.session_id and f.component_id = c.component_id and f.page_url = c.page_url;
