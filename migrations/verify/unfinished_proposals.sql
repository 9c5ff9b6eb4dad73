-- Verify voygen:unfinished_proposals on pg
\o /dev/null
select 1 / count(*) from pg_catalog.pg_trigger where tgrelid = 'voygen.job'::regclass and tgname = 'drop_unfinished_proposal';
