update uxpipeline.mart_state set facts_version = facts_version + 1, facts_at = %(now)s;
