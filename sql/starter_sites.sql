-- Booking sites a new agency knows from the start.
delete from voygen.starter_data where kind = 'site';

insert into voygen.starter_data (kind, name, body)
values
  ('site', 'navitrip', '{"title": "Navitrip (CPMaxx)", "kind": "portal"}'),
  ('site', 'trisept', '{"title": "Trisept (Delta WorldAgentDirect)", "kind": "portal"}'),
  ('site', 'vax', '{"title": "VAX VacationAccess", "kind": "portal"}'),
  ('site', 'viator', '{"title": "Viator", "kind": "activities"}'),
  ('site', 'web', '{"title": "Open web", "kind": "web"}');
