-- Deploy voygen:templates_and_chains to pg
begin;
set local role voygen_owner;

create table voygen.template_definitions (
  agency_id bigint not null default voygen.current_agency() references voygen.agencies,
  template_id bigint not null default voygen.next_id(),
  name text not null check (name ~ '^[a-zA-Z0-9_-]{3,50}$'),
  aliases text[] not null default '{}',
  title text not null,
  description text,
  content text not null check (content <> ''),
  format text not null default 'text' check (format in ('text', 'html', 'markdown', 'json')),
  variables_schema jsonb not null default '{"type": "object"}' check (jsonb_typeof(variables_schema) = 'object'),
  category text not null
    check (category in (
      'client-communication', 'proposals', 'internal-docs', 'email-templates', 'itinerary-templates', 'legal-documents',
      'marketing-materials', 'custom')),
  default_values jsonb not null default '{}' check (jsonb_typeof(default_values) = 'object'),
  usage_examples jsonb not null default '[]' check (jsonb_typeof(usage_examples) = 'array'),
  version text not null default '1.0.0',
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (agency_id, template_id),
  constraint template_definitions_name_version unique (agency_id, name, version)
);
create index idx_templates_category_active on voygen.template_definitions (agency_id, category, is_active);
create index idx_templates_name on voygen.template_definitions (agency_id, name) where is_active;
create index idx_templates_updated on voygen.template_definitions (agency_id, updated_at desc);
comment on table voygen.template_definitions is
  'Texts with {variable} placeholders: letters, proposals, confirmations.';
comment on column voygen.template_definitions.aliases is 'Other names it is asked for by.';
comment on column voygen.template_definitions.variables_schema is 'JSON Schema of the variables.';
comment on column voygen.template_definitions.default_values is 'Values used where the caller gives none.';
comment on column voygen.template_definitions.usage_examples is
  'Examples that must render: [{"name", "variables", "expected"?}].';

create table voygen.template_usage (
  agency_id bigint not null default voygen.current_agency(),
  usage_id bigint not null default voygen.next_id(),
  template_id bigint not null,
  trip_id bigint,
  client_id bigint,
  used_by bigint,
  used_at timestamptz not null default now(),
  primary key (agency_id, usage_id),
  foreign key (agency_id, template_id) references voygen.template_definitions on delete cascade,
  foreign key (agency_id, trip_id) references voygen.trips on delete cascade,
  foreign key (agency_id, client_id) references voygen.clients on delete cascade,
  foreign key (agency_id, used_by) references voygen.users
);
create index idx_template_usage_template on voygen.template_usage (agency_id, template_id, used_at desc);
create index idx_template_usage_trip on voygen.template_usage (agency_id, trip_id) where trip_id is not null;
create index idx_template_usage_client on voygen.template_usage (agency_id, client_id) where client_id is not null;
comment on table voygen.template_usage is 'Which template was used for which trip or client, and when.';

create table voygen.template_processings (
  agency_id bigint not null default voygen.current_agency(),
  processing_id bigint not null default voygen.next_id(),
  template_id bigint not null,
  variables_provided jsonb not null,
  processed_content text not null,
  processing_context jsonb,
  processing_time_ms integer check (processing_time_ms >= 0),
  session_id text,
  created_at timestamptz not null default now(),
  primary key (agency_id, processing_id),
  foreign key (agency_id, template_id) references voygen.template_definitions on delete cascade
);
create index idx_processings_template on voygen.template_processings (agency_id, template_id, created_at desc);
create index idx_processings_session on voygen.template_processings (agency_id, session_id, created_at desc);
create index idx_processings_performance on voygen.template_processings (agency_id, processing_time_ms);
comment on table voygen.template_processings is 'What templates were filled with and what came out.';
comment on column voygen.template_processings.session_id is
  'Conversation the text was made in, in the caller''s own words.';

create table voygen.execution_chains (
  agency_id bigint not null default voygen.current_agency() references voygen.agencies,
  chain_id bigint not null default voygen.next_id(),
  name text not null check (name ~ '^[a-zA-Z0-9_-]{3,50}$'),
  aliases text[] not null default '{}',
  title text not null,
  description text,
  category text not null
    check (category in (
      'lead-processing', 'client-followup', 'proposal-generation', 'document-creation', 'quality-assurance',
      'booking-management', 'communication-automation', 'reporting', 'custom')),
  version text not null default '1.0.0',
  steps jsonb not null check (jsonb_typeof(steps) = 'array' and jsonb_array_length(steps) between 1 and 20),
  variables_schema jsonb not null default '{"type": "object"}' check (jsonb_typeof(variables_schema) = 'object'),
  output_schema jsonb check (jsonb_typeof(output_schema) = 'object'),
  default_variables jsonb not null default '{}' check (jsonb_typeof(default_variables) = 'object'),
  configuration jsonb not null default '{}' check (jsonb_typeof(configuration) = 'object'),
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (agency_id, chain_id),
  constraint execution_chains_name_version unique (agency_id, name, version)
);
create index idx_chains_category_active on voygen.execution_chains (agency_id, category, is_active);
create index idx_chains_name on voygen.execution_chains (agency_id, name) where is_active;
create index idx_chains_updated on voygen.execution_chains (agency_id, updated_at desc);
comment on table voygen.execution_chains is 'Work in 1 to 20 steps that is always done the same way.';
comment on column voygen.execution_chains.aliases is 'Other names it is asked for by.';
comment on column voygen.execution_chains.steps is
  'Steps in order: id, name, type, what it uses, variables in and out, conditions, retries, what follows a failure.';
comment on column voygen.execution_chains.variables_schema is 'JSON Schema of the input.';
comment on column voygen.execution_chains.configuration is 'Time limit, rollback, parallel steps.';

create table voygen.chain_executions (
  agency_id bigint not null default voygen.current_agency(),
  execution_id bigint not null default voygen.next_id(),
  chain_id bigint not null,
  execution_context jsonb not null check (jsonb_typeof(execution_context) = 'object'),
  status text not null default 'running' check (status in ('running', 'completed', 'failed', 'cancelled', 'paused')),
  current_step integer not null default 0 check (current_step >= 0),
  total_steps integer check (total_steps > 0),
  results jsonb not null default '{}',
  final_result jsonb,
  error_message text,
  error_step text,
  session_id text,
  started_by bigint,
  started_at timestamptz not null default now(),
  heartbeat_at timestamptz,
  completed_at timestamptz,
  primary key (agency_id, execution_id),
  foreign key (agency_id, chain_id) references voygen.execution_chains on delete cascade,
  foreign key (agency_id, started_by) references voygen.users
);
create index idx_executions_status on voygen.chain_executions (agency_id, status, started_at desc);
create index idx_executions_chain on voygen.chain_executions (agency_id, chain_id, started_at desc);
create index idx_executions_session on voygen.chain_executions (agency_id, session_id, started_at desc);
create index idx_executions_completed on voygen.chain_executions (agency_id, completed_at desc)
  where status in ('completed', 'failed');
comment on table voygen.chain_executions is 'Runs of chains; the state is here, so a run goes on after a restart.';
comment on column voygen.chain_executions.execution_context is 'Input variables and what the steps added to them.';
comment on column voygen.chain_executions.results is 'Output of each finished step under its id.';
comment on column voygen.chain_executions.session_id is 'Conversation the run belongs to, in the caller''s own words.';

create table voygen.step_executions (
  agency_id bigint not null default voygen.current_agency(),
  execution_id bigint not null,
  step_execution_id bigint not null default voygen.next_id(),
  step_id text not null,
  step_index integer not null check (step_index >= 0),
  attempt integer not null default 1 check (attempt > 0),
  status text not null default 'running'
    check (status in ('pending', 'running', 'completed', 'failed', 'skipped', 'cancelled', 'rolled_back')),
  input jsonb,
  output jsonb,
  error_message text,
  started_at timestamptz not null default now(),
  completed_at timestamptz,
  primary key (agency_id, execution_id, step_execution_id),
  constraint step_executions_attempt unique (agency_id, execution_id, step_id, attempt),
  foreign key (agency_id, execution_id) references voygen.chain_executions on delete cascade
);
create index idx_steps_status on voygen.step_executions (agency_id, status, started_at desc);
comment on table voygen.step_executions is 'Attempts at the steps of a chain run.';

call voygen.protect_table('voygen.template_definitions');
call voygen.protect_table('voygen.template_usage');
call voygen.protect_table('voygen.template_processings');
call voygen.protect_table('voygen.execution_chains');
call voygen.protect_table('voygen.chain_executions');
call voygen.protect_table('voygen.step_executions');
grant select on voygen.template_definitions, voygen.template_usage, voygen.template_processings,
  voygen.execution_chains,
  voygen.chain_executions, voygen.step_executions to voygen_reader, voygen_agent, voygen_admin;
grant insert, update, delete on voygen.template_definitions, voygen.execution_chains to voygen_admin;
grant insert, update, delete on voygen.template_usage, voygen.template_processings, voygen.chain_executions,
  voygen.step_executions to voygen_agent, voygen_admin;

commit;
