-- The newest scored day after this one.
select max(as_of) from public.friction_scores where as_of > %(as_of)s;
