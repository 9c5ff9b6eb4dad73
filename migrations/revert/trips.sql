-- Revert voygen:trips from pg
begin;
set local role voygen_owner;

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
