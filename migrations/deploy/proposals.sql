-- Deploy voygen:proposals to pg
begin;
set local role voygen_owner;

create table voygen.proposals (
  agency_id bigint not null default voygen.current_agency(),
  proposal_id bigint not null default voygen.next_id(),
  trip_id bigint not null,
  version integer not null default 1 check (version > 0),
  status text not null default 'draft'
    check (status in ('draft', 'review', 'final', 'sent', 'viewed', 'accepted', 'declined', 'expired')),
  template text not null default 'standard',
  title text,
  options jsonb not null default '{}' check (jsonb_typeof(options) = 'object'),
  json_payload jsonb,
  rendered_html text,
  rendered_pdf_path text,
  images_saved integer not null default 0 check (images_saved >= 0),
  total_cost numeric(14,3),
  total_commission numeric(14,3),
  currency char(3) check (currency ~ '^[A-Z]{3}$'),
  share_digest bytea check (octet_length(share_digest) = 32),
  valid_until date,
  sent_at timestamptz,
  viewed_at timestamptz,
  decided_at timestamptz,
  created_by bigint,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  primary key (agency_id, proposal_id),
  unique (agency_id, trip_id, version),
  foreign key (agency_id, trip_id) references voygen.trips on delete cascade,
  foreign key (agency_id, created_by) references voygen.users
);
create index idx_proposals_status on voygen.proposals (agency_id, status, created_at);
comment on table voygen.proposals is
  'Versions of what a client was offered for a trip; a final one is not changed any more.';
comment on column voygen.proposals.json_payload is
  'Everything the template was given, so that the document can be made again.';
comment on column voygen.proposals.total_commission is
  'What the agency earns if all is booked; never shown to the client.';
comment on column voygen.proposals.share_digest is 'SHA-256 of the key in the address given to the client.';
comment on column voygen.proposals.decided_at is 'When the client accepted or declined.';

create table voygen.proposal_images (
  agency_id bigint not null default voygen.current_agency(),
  proposal_id bigint not null,
  image_id bigint not null default voygen.next_id(),
  hotel_key text,
  source_url text not null,
  content_hash bytea,
  mime_type text,
  width integer check (width > 0),
  height integer check (height > 0),
  size_bytes bigint check (size_bytes >= 0),
  file_path text,
  position smallint not null default 0,
  alt_text text,
  error text,
  created_at timestamptz not null default now(),
  primary key (agency_id, proposal_id, image_id),
  foreign key (agency_id, proposal_id) references voygen.proposals on delete cascade
);
create index idx_proposal_images_hash on voygen.proposal_images (agency_id, content_hash);
comment on table voygen.proposal_images is 'Pictures used in a proposal; equal pictures share one file.';
comment on column voygen.proposal_images.content_hash is 'Digest of the picture''s bytes.';
comment on column voygen.proposal_images.error is 'Why the picture is missing, when it could not be fetched.';

call voygen.protect_table('voygen.proposals');
call voygen.protect_table('voygen.proposal_images');
grant select (agency_id, proposal_id, trip_id, version, status, template, title, options, json_payload, rendered_html,
  rendered_pdf_path, images_saved,
  total_cost, total_commission, currency, valid_until, sent_at, viewed_at, decided_at, created_by, created_at, updated_at) on voygen.proposals to voygen_reader;
grant select, insert, update, delete on voygen.proposals to voygen_agent, voygen_admin;
grant select on voygen.proposal_images to voygen_reader;
grant select, insert, update, delete on voygen.proposal_images to voygen_agent, voygen_admin;

commit;
