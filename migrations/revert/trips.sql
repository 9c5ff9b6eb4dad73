-- Revert voygen:trips from pg
set role voygen_owner;
call voygen.detach_tables('voygen.client_questions', 'voygen.followups', 'voygen.payment_schedule', 'voygen.bookings', 'voygen.transfers', 'voygen.flights', 'voygen.trip_activities', 'voygen.trip_legs', 'voygen.trips', 'voygen.clients');

begin;

drop table voygen.client_questions;
drop table voygen.followups;
drop table voygen.payment_schedule;
drop table voygen.bookings;
drop table voygen.transfers;
drop table voygen.flights;
drop table voygen.trip_activities;
drop table voygen.trip_legs;
drop table voygen.trips;
drop table voygen.clients;

commit;
