-- Utility commands come before the transaction's snapshot, which a query would take.
set local lock_timeout = '1min';
set local work_mem = '64MB';
set local jit = off;
