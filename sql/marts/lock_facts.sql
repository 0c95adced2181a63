-- One refresh at a time. Taken before the transaction's first query, whose snapshot then sees what the last one wrote.
lock table uxpipeline.matview_state in exclusive mode;
