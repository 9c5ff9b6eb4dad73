package FactsChanges;

# The random changes of a stress run: each touches a trip or two of one agency, or the agency's terms. Trips that are
# gone make a change touch nothing.
#
#   my $changes = FactsChanges->new(agency => 2, trips => 40);
#   my @statements = $changes->of_agent;     # what voygen_agent may do: SQL texts, or code that gets the handle
#   my @statements = $changes->of_owner;     # that, and rates, rules, truncates
#
# Statements are those of every kind a program may send: plain ones, ON CONFLICT, MERGE, COPY, writing CTEs, moves of a
# row from trip to trip and of a trip from client to client, cascades, keys given anew.

use strict;
use warnings;

sub new
{
	my ($class, %options) = @_;
	return bless {%options}, $class;
}

sub pick { return $_[int rand @_] }
sub between { my ($low, $high) = @_; return $low + int rand($high - $low + 1) }

my @currencies = qw(USD EUR JPY KWD);
my @availability = qw(available available available sold_out not_checked extract_failed);

# A change gets the agency, one of its trips and another, and a client, each as a condition ($_[0]{at}: "agency_id = 2
# and trip_id = 7") and as a number.
my %of_trip = (
	price => sub { "update voygen.hotel_cache set price_amount = @{[between(50, 950)]}, checked_at = now() where $_[0]{at} and hotel_id % 3 = @{[between(0, 2)]}" },
	batch_price => sub { "update voygen.hotel_cache set price_amount = price_amount + 1 where agency_id = $_[0]{a} and trip_id between $_[0]{t} and $_[0]{t} + 9 and price_amount < 100000" },
	hotel_currency => sub { "update voygen.hotel_cache set currency = '@{[pick(@currencies)]}' where $_[0]{at} and hotel_id % 5 = @{[between(0, 4)]}" },
	availability => sub { "update voygen.hotel_cache set availability_status = '@{[pick(@availability)]}' where $_[0]{at} and hotel_id % 4 = @{[between(0, 3)]}" },
	room_in => sub {
		"insert into voygen.rooms_cache (agency_id, trip_id, hotel_id, room_key, name, total_amount, currency, tax_basis)
		select agency_id, trip_id, hotel_id, 'n' || voygen.next_id(), 'New', @{[between(100, 1000)]}, currency, 'excluded'
		from voygen.hotel_cache where $_[0]{at} limit @{[between(1, 5)]}" },
	room_upsert => sub {
		"insert into voygen.rooms_cache (agency_id, trip_id, hotel_id, room_key, name, total_amount, currency)
		select agency_id, trip_id, hotel_id, 'up', 'Upserted', @{[between(100, 1000)]}, currency
		from voygen.hotel_cache where $_[0]{at} limit 4
		on conflict (agency_id, trip_id, hotel_id, room_key) do update
		set total_amount = excluded.total_amount, availability_status = '@{[pick(@availability)]}'" },
	room_merge => sub {
		"merge into voygen.rooms_cache r
		using (select agency_id, trip_id, hotel_id, currency from voygen.hotel_cache where $_[0]{at} limit 6) h
		on (r.agency_id, r.trip_id, r.hotel_id, r.room_key) = (h.agency_id, h.trip_id, h.hotel_id, 'merged')
		when matched and r.room_id % 3 = 0 then delete
		when matched then update set total_amount = @{[between(100, 1000)]}
		when not matched then insert (agency_id, trip_id, hotel_id, room_key, name, total_amount, currency)
			values (h.agency_id, h.trip_id, h.hotel_id, 'merged', 'Merged', @{[between(100, 1000)]}, h.currency)" },
	room_out => sub { "delete from voygen.rooms_cache where $_[0]{at} and room_id % 5 = @{[between(0, 4)]}" },
	room_move => sub {
		"update voygen.rooms_cache r set hotel_id = h.hotel_id, trip_id = h.trip_id, room_key = r.room_key || '+'
		from (select trip_id, hotel_id from voygen.hotel_cache where $_[0]{other} limit 1) h
		where r.agency_id = $_[0]{a} and r.trip_id = $_[0]{t} and r.room_id % 7 = 0 and length(r.room_key) < 40" },
	hotel_in => sub {
		"insert into voygen.hotel_cache (agency_id, trip_id, leg_id, site, hotel_key, name, price_amount, currency, price_basis, availability_status, checked_at, nights, guests)
		select t.agency_id, t.trip_id, l.leg_id, 'navitrip', 'new:' || voygen.next_id(), 'New Hotel @{[between(0, 20)]}', @{[between(50, 550)]}, t.currency, 'per_night', 'available', now(), 2, 2
		from voygen.trips t left join voygen.trip_legs l using (agency_id, trip_id) where t.agency_id = $_[0]{a} and t.trip_id = $_[0]{t} limit 1" },
	hotel_move => sub {
		"update voygen.hotel_cache h set trip_id = t.trip_id, leg_id = null, hotel_key = h.hotel_key || '+'
		from voygen.trips t
		where t.agency_id = $_[0]{a} and t.trip_id = $_[0]{o} and h.agency_id = $_[0]{a} and h.trip_id = $_[0]{t} and length(h.hotel_key) < 60
		and not exists (select from voygen.rooms_cache r where (r.agency_id, r.trip_id, r.hotel_id) = (h.agency_id, h.trip_id, h.hotel_id))" },
	hotel_out => sub { "delete from voygen.hotel_cache where $_[0]{at} and hotel_id % 6 = @{[between(0, 5)]}" },
	leg_in => sub {
		"insert into voygen.trip_legs (agency_id, trip_id, seq, city, arrive_date, depart_date)
		select agency_id, trip_id, @{[between(1, 5)]}, 'Newtown', current_date, current_date + 3 from voygen.trips where $_[0]{at}" },
	leg_change => sub { "update voygen.trip_legs set seq = @{[between(1, 5)]}, city = city || 1 where $_[0]{at} and length(city) < 30" },
	leg_out => sub { "delete from voygen.trip_legs where $_[0]{at} and leg_id % 3 = @{[between(0, 2)]}" },
	activity_in => sub { "insert into voygen.trip_activities (agency_id, trip_id, title, price_amount, currency) select agency_id, trip_id, 'Walk', 10, 'EUR' from voygen.trips where agency_id = $_[0]{a} and trip_id in ($_[0]{t}, $_[0]{o})" },
	activity_move => sub {
		"with gone as (delete from voygen.trip_activities where $_[0]{at} and activity_id % 2 = 0 returning *)
		insert into voygen.trip_activities (agency_id, trip_id, activity_id, title, activity_date, price_amount, currency)
		select g.agency_id, t.trip_id, voygen.next_id(), g.title, g.activity_date, g.price_amount, g.currency
		from gone g join voygen.trips t on t.agency_id = g.agency_id and t.trip_id = $_[0]{o}" },
	activity_key => sub { "update voygen.trip_activities a set trip_id = $_[0]{o}, leg_id = null, product_code = null where $_[0]{at} and activity_id % 3 = 0 and exists (select from voygen.trips where $_[0]{other})" },
	activities_out => sub { "delete from voygen.trip_activities where $_[0]{at}" },
	transfer => sub { "insert into voygen.transfers (agency_id, trip_id, kind, price_amount, currency) select agency_id, trip_id, 'private', @{[between(10, 90)]}, currency from voygen.trips where $_[0]{at}" },
	flight => sub { "insert into voygen.flights (agency_id, trip_id, origin, destination, depart_at, price_amount, currency) select agency_id, trip_id, 'SEA', 'DUB', now(), 100, 'USD' from voygen.trips where $_[0]{at}" },
	booking => sub { "insert into voygen.bookings (agency_id, trip_id, kind, price_amount, currency, commission_amount) select agency_id, trip_id, 'hotel', @{[between(10, 900)]}, '@{[pick(@currencies)]}', 10 from voygen.trips where $_[0]{at}" },
	cancel => sub { "update voygen.bookings set status = 'cancelled' where $_[0]{at} and booking_id % 2 = 0" },
	trip => sub { "update voygen.trips set title = title || 'x', currency = '@{[pick(@currencies)]}', traveler_count = @{[between(1, 8)]} where $_[0]{at} and length(title) < 60" },
	trip_client => sub { "update voygen.trips set client_id = $_[0]{c} where agency_id = $_[0]{a} and trip_id in ($_[0]{t}, $_[0]{o}) and exists (select from voygen.clients where agency_id = $_[0]{a} and client_id = $_[0]{c})" },
	trip_in => sub { "insert into voygen.trips (agency_id, slug, client_id, title, destination, currency) select agency_id, 'new-' || voygen.next_id(), client_id, 'New', 'Rome', 'USD' from voygen.clients where agency_id = $_[0]{a} and client_id > $_[0]{c} order by client_id limit 2" },
	trip_key => sub { "update voygen.trips t set trip_id = voygen.next_id() where agency_id = $_[0]{a} and slug like 'new-%' and trip_id % 3 = 0 and not exists (select from voygen.trip_facts f where (f.agency_id, f.trip_id) = (t.agency_id, t.trip_id))
		and not exists (select from voygen.trip_activities f where (f.agency_id, f.trip_id) = (t.agency_id, t.trip_id))" },
	trip_out => sub { "delete from voygen.trips where $_[0]{at} and trip_id % 4 = 0" },
	trips_out => sub { "delete from voygen.trips where agency_id = $_[0]{a} and (trip_id in ($_[0]{t}, $_[0]{o}) and trip_id % 4 = 0 or slug like 'new-%' and trip_id % 4 = @{[between(0, 3)]})" },
	client => sub { "update voygen.clients set tier = '@{[pick(qw(standard premium vip platinum))]}', name = left(name || 'y', 60) where agency_id = $_[0]{a} and client_id between $_[0]{c} and $_[0]{c} + 1" },
	client_out => sub {
		"with trips_out as (delete from voygen.trips where agency_id = $_[0]{a} and client_id = $_[0]{c} and client_id % 5 = 0)
		delete from voygen.clients where agency_id = $_[0]{a} and client_id = $_[0]{c} and client_id % 5 = 0" },
	unrelated => sub { "update voygen.trips set notes = 'seen' where $_[0]{at}" },
	# Keeps trips from growing for as long as a run lasts: ids from there on were drawn by the changes above.
	tidy => sub {
		"with f as (delete from voygen.flights where $_[0]{at} and flight_id > 10000000),
		t as (delete from voygen.transfers where $_[0]{at} and transfer_id > 10000000),
		b as (delete from voygen.bookings where $_[0]{at} and booking_id > 10000000),
		a as (delete from voygen.trip_activities where $_[0]{at} and activity_id > 10000000)
		delete from voygen.hotel_cache where $_[0]{at} and hotel_id > 10000000" },
	refill => sub { "select stress.refill($_[0]{a}, $_[0]{t})" },
	refill_other => sub { "select stress.refill($_[0]{a}, $_[0]{o})" },
);

my %of_agency = (
	rate => sub { "update voygen.commission_rates set commission_percent = @{[between(1, 20)]} where agency_id = $_[0]{a} and rate_id = @{[between(1, 70)]} and commission_percent is not null" },
	rate_in => sub { "insert into voygen.commission_rates (agency_id, kind, site, commission_percent, priority) values ($_[0]{a}, 'percent', '@{[pick(qw(navitrip vax trisept))]}', @{[between(1, 25)]}, @{[between(0, 9)]})" },
	rate_out => sub { "delete from voygen.commission_rates where agency_id = $_[0]{a} and rate_id > 10000000 and rate_id % 2 = @{[between(0, 1)]}" },
	rule => sub { "update voygen.commission_rules set is_active = not is_active where agency_id = $_[0]{a} and rule_id = @{[between(1, 9)]}" },
	volume => sub {
		"insert into voygen.commission_volumes (agency_id, site, window_kind, window_start, amount, currency, room_nights, bookings)
		values ($_[0]{a}, '@{[pick(qw(navitrip vax trisept))]}', 'year', date_trunc('year', now())::date, @{[between(1, 9)]}000, 'USD', 40, 40)
		on conflict (agency_id, site, window_kind, window_start) do update set amount = commission_volumes.amount + 500, bookings = commission_volumes.bookings + 40" },
	cut => sub { "update voygen.agencies set low_cut = @{[between(20, 40)]}, rounding = '@{[pick(qw(half_up half_even))]}' where agency_id = $_[0]{a}" },
	# Row security keeps agents from COPY.
	hotel_copy => sub {
		my ($at) = @_;
		sub {
			my ($dbh) = @_;
			my ($there) = $dbh->selectrow_array("select 1 from voygen.trips where $at->{at}") or return;
			$dbh->do('copy voygen.hotel_cache (agency_id, trip_id, site, hotel_key, name, total_amount, currency, availability_status) from stdin');
			$dbh->pg_putcopydata(join("\t", $at->{a}, $at->{t}, 'vax', "copied:$$:$_:" . rand, "Copied $_", between(100, 2000), pick(@currencies), pick(@availability)) . "\n") for 1 .. between(1, 12);
			$dbh->pg_putcopyend;
		} },
	# Now and then for good; what is missing afterwards comes back trip by trip (refill).
	truncate => sub { int rand 4 ? "select 1" : "truncate @{[pick(qw(voygen.rooms_cache voygen.transfers voygen.flights voygen.trip_activities), 'voygen.hotel_cache cascade', 'voygen.trip_legs cascade')]}" },
	truncate_all => sub { int rand 12 ? "select 1" : "truncate @{[pick(qw(voygen.trips voygen.clients))]} cascade" },
);

sub _one
{
	my ($self, $changes) = @_;
	my ($a, $t, $o, $c) = ($self->{agency}, between(1, $self->{trips}), between(1, $self->{trips}), between(1, 25));
	my $name = pick(sort keys %$changes);
	return $changes->{$name}->({ a => $a, t => $t, o => $o, c => $c, at => "agency_id = $a and trip_id = $t", other => "agency_id = $a and trip_id = $o" });
}

sub of_agent { return $_[0]->_one(\%of_trip) }
sub of_owner { return $_[0]->_one(int rand 4 ? \%of_trip : \%of_agency) }

# Every name once, so that a test can see that each works at all.
sub names { return (sort(keys %of_trip), sort(keys %of_agency)) }
sub named
{
	my ($self, $name) = @_;
	return $self->_one({ $name => $of_trip{$name} // $of_agency{$name} });
}

1;
