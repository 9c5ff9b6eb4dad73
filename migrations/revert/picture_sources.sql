-- Revert voygen:picture_sources from pg
set client_min_messages = warning;
-- These waits hold nobody up.
set lock_timeout = 0;

drop index concurrently if exists voygen.idx_proposal_images_source;
