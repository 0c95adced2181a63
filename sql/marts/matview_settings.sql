-- PostgreSQL samples the new rows before it compares them with the old ones; for that it needs to know how many there are.
set local jit = off;
set local default_statistics_target = 1;
