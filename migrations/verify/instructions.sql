-- Verify voygen:instructions on pg
\o /dev/null
select id, name, title, content, description, category, is_active, created_at, updated_at from voygen.instruction_sets where false;
