-- Scores of a day that are not shown, because so few sessions met the surface that they can point at a person.
select count(*) from public.friction_scores
where as_of = %(as_of)s and surface_level <> 'site' and signal in ('any', 'form_leak') and exposed_sessions < %(fewest)s;
