-- Deploy voygen:instruction_templating to pg
-- Adds to instruction_sets, whoever made it: every column has a default that is stored once in the catalogue, so no row
-- is rewritten.
begin;

alter table voygen.instruction_sets
  add column template_variables jsonb check (jsonb_typeof(template_variables) = 'object'),
  add column supports_templating boolean not null default false,
  add column chain_compatible boolean not null default false,
  add column default_template_id bigint,
  add column agency_id bigint;
alter table voygen.instruction_sets
  add constraint instruction_sets_agency_id_fkey foreign key (agency_id) references voygen.agencies not valid,
  add constraint instruction_sets_default_template_fkey foreign key (agency_id, default_template_id) references voygen.template_definitions not valid;
comment on column voygen.instruction_sets.template_variables is
  'Variables the text understands: {"client_name": {"type": "string"}}.';
comment on column voygen.instruction_sets.supports_templating is 'The text has {variable} placeholders.';
comment on column voygen.instruction_sets.chain_compatible is 'Can be a step of a chain.';
comment on column voygen.instruction_sets.agency_id is 'Agency the set belongs to; null is shared by all.';
comment on column voygen.instruction_sets.default_template_id is
  'Template the set''s result goes into when no other is asked for.';

-- Sets that programs older than Voygen brought, and that chains and templates of this version work with.
update voygen.instruction_sets
set supports_templating = name in ('mobile-mode', 'interactive-mode', 'three-tier-pricing'),
    chain_compatible = true
where name in ('mobile-mode', 'interactive-mode', 'three-tier-pricing', 'database-operations', 'activity-logging', 'workflows');

-- Everybody reads the shared sets and the agency's own. Who works without an agency, as programs older than Voygen do,
-- keeps writing the shared ones.
alter table voygen.instruction_sets enable row level security;
create policy agency on voygen.instruction_sets
  using (agency_id is null or agency_id = voygen.current_agency())
  with check (agency_id is not distinct from voygen.current_agency());
create policy agency_insert on voygen.instruction_sets as restrictive for insert to voygen_admin, voygen_agent, voygen_reader
  with check (agency_id = voygen.current_agency());
create policy agency_update on voygen.instruction_sets as restrictive for update to voygen_admin, voygen_agent, voygen_reader
  using (agency_id = voygen.current_agency())
  with check (agency_id = voygen.current_agency());
create policy agency_delete on voygen.instruction_sets as restrictive for delete to voygen_admin, voygen_agent, voygen_reader
  using (agency_id = voygen.current_agency());

grant select on voygen.instruction_sets to voygen_reader, voygen_agent, voygen_admin;
grant insert, update, delete on voygen.instruction_sets to voygen_admin;

commit;
