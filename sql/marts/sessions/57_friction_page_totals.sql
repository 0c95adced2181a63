-- On how many sessions' pages each kind of friction was met.
insert into uxpipeline.friction_page_totals as t (element_path, element_type, event_type, page_url, sessions)
select c.element_path, c.element_type, c.event_type, page.url, sum(c.sign)
from friction_changes c
cross join lateral unnest(c.pages) page (url)
group by c.element_path, c.element_type, c.event_type, page.url
on conflict (element_path, element_type, event_type, page_url) do update
set sessions = t.sessions + excluded.sessions;
