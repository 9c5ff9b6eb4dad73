-- Verify voygen:known_tokens on pg
\o /dev/null
select 1 / (count(*) = 8)::int from pg_catalog.pg_trigger where tgfoid = 'voygen.forget_callers()'::regprocedure and tgenabled = 'A';
