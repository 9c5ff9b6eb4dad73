-- Deploy voygen:search to pg
-- Trigrams, for names that are misspelt. Where the database has them already, they stay where they are.
begin;

create extension if not exists pg_trgm with schema voygen;

commit;
