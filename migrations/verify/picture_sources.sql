-- Verify voygen:picture_sources on pg
\o /dev/null
select 1 / (count(*) = 1)::int from pg_catalog.pg_index where indexrelid = 'voygen.idx_proposal_images_source'::regclass and indisvalid;
