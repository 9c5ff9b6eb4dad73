-- Deploy voygen:template_uses to pg
-- How often each person has used each version of a template. A count, not a row for every use: a template that is filled in a thousand
-- times an hour has as many rows as people use it, and none of them has to be deleted.
begin;
set local role voygen_owner;

create table voygen.template_uses (
  agency_id bigint not null default voygen.current_agency(),
  template_id bigint not null,
  user_id bigint not null default 0,
  uses bigint not null default 1 check (uses > 0),
  first_used_at timestamptz not null default now(),
  last_used_at timestamptz not null default now(),
  primary key (agency_id, template_id, user_id),
  foreign key (agency_id, template_id) references voygen.template_definitions on delete cascade
);
comment on table voygen.template_uses is 'How often and when last each person filled in each version of a template.';
comment on column voygen.template_uses.user_id is 'Number of the person; 0 where the token names none.';

call voygen.protect_table('voygen.template_uses');
grant select on voygen.template_uses to voygen_reader, voygen_agent, voygen_admin;

commit;
