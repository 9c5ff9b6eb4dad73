-- Revert voygen:marks_key from pg
begin;
set local role voygen_owner;

alter index voygen.facts_dirty_pkey reset (deduplicate_items);

commit;
