-- Facts of the sessions at hand, before they replace the stored ones; a replay of the past stops here.
create temporary table new_session_surfaces (like uxpipeline.session_surfaces including defaults) on commit drop;
