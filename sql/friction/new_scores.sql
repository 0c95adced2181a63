create temporary table new_scores (like public.friction_scores including defaults) on commit drop;
