select exists (select from public.friction_scores where as_of < %(as_of)s);
