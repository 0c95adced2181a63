create temporary table new_blocks (like public.proposal_blocks) on commit drop;
