-- Verify voygen:outbox on pg
\o /dev/null
select outbox_id, proposal_id, job_id, kind, sender, recipients, copies, reply_to, subject, words, attach_pdf, link_base, link_days, message_id, state,
  attempts, next_attempt_at, last_code, last_error, share_id, created_by, created_at, updated_at, sent_at
from voygen.outbox
where false;
select 1 / relrowsecurity::int from pg_catalog.pg_class where oid = 'voygen.outbox'::regclass;
select 1 / (not pg_catalog.has_table_privilege('voygen_admin', 'voygen.outbox', 'update'))::int;
select 1 / (not pg_catalog.has_function_privilege('voygen_gateway', 'voygen.add_share(bigint, bigint, timestamptz, bigint)', 'execute'))::int;
select 1 / count(*) from pg_catalog.pg_trigger where tgrelid = 'voygen.job'::regclass and tgname = 'settle_mail';
