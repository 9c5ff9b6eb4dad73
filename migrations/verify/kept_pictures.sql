-- Verify voygen:kept_pictures on pg
\o /dev/null
begin;
select cut, fetched_at from voygen.proposal_images where false;
select 1 / (prosrc like '%hand_out_pictures%')::int from pg_catalog.pg_proc where oid = 'voygen.outside_request(bigint, bigint, bigint)'::regprocedure;
rollback;
