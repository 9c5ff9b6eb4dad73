-- Deploy voygen:marks_key to pg
-- No two marks have equal keys, so a page that is full holds nothing to be told twice; looking for it costs a mark one
-- instruction in twenty-five.
begin;
set local role voygen_owner;

alter index voygen.facts_dirty_pkey set (deduplicate_items = off);

commit;
