delete from uxpipeline.session_friction f
using friction_changes c
where c.sign = -1
    and f.session_id = any (array(select gone.session_id from friction_changes gone where gone.sign = -1))
    and f.session_id = c.session_id and f.event_type = c.event_type
    and f.element_path is not distinct from c.element_path and f.element_type is not distinct from c.element_type;
