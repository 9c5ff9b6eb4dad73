package VoygenMigration;

# Walking a database through the versions of its schema.

use strict;
use warnings;
use Exporter qw(import);
use File::Temp;
use Test::More;
use VoygenTest;

our @EXPORT = qw(changes migrate schema_dump same_dump place_agency place_trip);

# Names of the changes in the order of the plan.
sub changes
{
	open my $plan, '<', checkout() . '/migrations/sqitch.plan' or die "sqitch.plan: $!\n";
	return map { /^([a-z]\w*) / ? $1 : () } <$plan>;
}

# migrate($database, 'deploy' | 'revert', @options): dies with what sqitch said when it fails.
sub migrate
{
	my ($database, @arguments) = @_;
	local $ENV{PGDATABASE} = $database;
	my $program = checkout() . '/migrations/migrate';
	my $output = `$program @arguments 2>&1`;
	die "migrate @arguments failed:\n$output" if $?;
	return $output;
}

# The schema as pg_dump says it, without its own noise, sqitch's notes about the past, and the sequences agencies bring.
sub schema_dump
{
	my ($database) = @_;
	my $dump = `pg_dump -s -N sqitch -T 'voygen.ids_[0-9]*' '$database'`;
	die "pg_dump of $database failed\n" if $?;
	$dump =~ s/^\\(?:un)?restrict .*\n//mg;
	$dump =~ s/^--.*\n//mg;
	return $dump;
}

# Compares two dumps and shows only the lines that differ.
sub same_dump
{
	my ($got, $expected, $what) = @_;
	return pass($what) if $got eq $expected;
	my %files = (expected => File::Temp->new, got => File::Temp->new);
	$files{expected}->print($expected);
	$files{got}->print($got);
	$_->flush for values %files;
	my $difference = `diff $files{expected} $files{got}`;
	fail($what);
	return diag($difference);
}

# An agency by plain SQL, for versions that cannot found one yet.
sub place_agency
{
	my ($db, $agency) = @_;
	$db->do("insert into voygen.agencies (agency_id, slug, name) values ($agency, 'agency-$agency', 'Agency $agency')");
	$db->do("create sequence voygen.ids_$agency");
	$db->do("insert into voygen.sites (agency_id, site, title) values ($agency, 'navitrip', 'Navitrip')");
	return;
}

# A client with a trip, a leg, a hotel and a room; answers the trip's number.
sub place_trip
{
	my ($db, $agency, $slug) = @_;
	$db->do("select set_config('voygen.agency_id', '$agency', false)");
	my ($client) = $db->selectrow_array("insert into voygen.clients (slug, name) values ('client-$slug', 'Client of $slug') returning client_id");
	my ($trip) = $db->selectrow_array("insert into voygen.trips (slug, client_id, title, destination, start_date, end_date)
		values ('$slug', $client, 'A trip', 'Rome', '2027-05-01', '2027-05-04') returning trip_id");
	my ($leg) = $db->selectrow_array("insert into voygen.trip_legs (trip_id, seq, city) values ($trip, 1, 'Rome') returning leg_id");
	my ($hotel) = $db->selectrow_array("insert into voygen.hotel_cache (trip_id, leg_id, site, hotel_key, name, price_amount, currency, price_basis, availability_status, checked_at)
		values ($trip, $leg, 'navitrip', 'navitrip:1', 'Hotel One', 120, 'USD', 'per_night', 'available', now()) returning hotel_id");
	$db->do("insert into voygen.rooms_cache (trip_id, hotel_id, room_key, name, nightly_amount, currency) values ($trip, $hotel, 'r1', 'Double', 120, 'USD')");
	$db->do("reset voygen.agency_id");
	return $trip;
}

1;
