-- Fail fast behind another lock instead of making every reader queue behind us; the runner retries.
select set_config('lock_timeout', '1s', true), set_config('search_path', '', true);
