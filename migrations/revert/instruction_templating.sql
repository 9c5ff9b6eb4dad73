-- Revert voygen:instruction_templating from pg
-- Takes away what the deploy added and nothing else; rows that belong to one agency go with the column that said so.
-- One lock on another table at a time.
alter table voygen.instruction_sets drop constraint if exists instruction_sets_default_template_fkey;
alter table voygen.instruction_sets drop constraint if exists instruction_sets_agency_id_fkey;

begin;

revoke all on voygen.instruction_sets from voygen_reader, voygen_agent, voygen_admin;
drop policy agency_delete on voygen.instruction_sets;
drop policy agency_update on voygen.instruction_sets;
drop policy agency_insert on voygen.instruction_sets;
drop policy agency on voygen.instruction_sets;
alter table voygen.instruction_sets disable row level security;

alter table voygen.instruction_sets
  drop column agency_id,
  drop column default_template_id,
  drop column chain_compatible,
  drop column supports_templating,
  drop column template_variables;

commit;
