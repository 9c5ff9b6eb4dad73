-- Deploy voygen:picture_sources to pg
-- Pictures by where they are from. Built beside the writers. A build that was interrupted leaves an invalid index of its name, which
-- is taken away first.
set client_min_messages = warning;
-- These waits hold nobody up.
set lock_timeout = 0;

drop index concurrently if exists voygen.idx_proposal_images_source;
create index concurrently idx_proposal_images_source on voygen.proposal_images (agency_id, md5(source_url), fetched_at desc) where content_hash is not null;
