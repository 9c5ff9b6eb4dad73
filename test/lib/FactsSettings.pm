package FactsSettings;

# Facts are the same whatever the session that builds them has set: how statements are planned, the search path, the time
# zone, how values are printed, who it is. Each refresher is a session of its own that builds every trip anew after
# every trip has changed; the model is asked by another session, with nothing set.
#
#   my $settings = FactsSettings->new(database => $name, trips => 20, seed => 11);
#   for my $name ($settings->names) { my @drift = $settings->drift_under($name) }

use strict;
use warnings;
use FactsStress;
use VoygenTest;

# What a session says before it refreshes. A time zone with summer time, one far east, one west of UTC.
my %sessions = (
	'generic plans' => q{set plan_cache_mode = force_generic_plan},
	'custom plans' => q{set plan_cache_mode = force_custom_plan},
	'no search path' => q{set search_path = ''},
	'another schema in front' => q{set search_path = hostile, public},
	'Tokyo' => q{set timezone = 'Asia/Tokyo'},
	'Los Angeles' => q{set timezone = 'America/Los_Angeles'; set datestyle = 'SQL, DMY'},
	'other prints' => q{set intervalstyle = 'sql_standard'; set extra_float_digits = -15; set bytea_output = 'escape'; set datestyle = 'German'; set xmlbinary = hex},
	'the role of the jobs' => q{set session authorization voygen_jobs},
	'a tool of an agent' => q{set role voygen_agent},
	'no index, no hash' => q{set enable_indexscan = off; set enable_hashjoin = off; set jit = on; set jit_above_cost = 0},
	'row security forced on' => q{set row_security = on; set role voygen_owner},
	'everything at once' => q{set plan_cache_mode = force_generic_plan; set timezone = 'Australia/Lord_Howe'; set search_path = ''; set session authorization voygen_jobs},
);

sub new
{
	my ($class, %options) = @_;
	my $self = bless {%options}, $class;
	$self->{stress} = FactsStress->new(database => $options{database}, trips => $options{trips});
	$self->{stress}->fill;
	$self->{stress}->settle;
	my $dbh = connect_to($options{database});
	# Functions and operators of one's own that a careless name would find.
	$dbh->do(q{
		create schema hostile;
		grant usage on schema hostile to public;
		create function hostile.lower(text) returns text language sql immutable return 'x';
		create function hostile.equal(bigint, bigint) returns boolean language sql immutable return false;
		create operator hostile.= (leftarg = bigint, rightarg = bigint, function = hostile.equal)});
	# Instants on both sides of the turns of summer time, and in the hours that come twice or never.
	$dbh->do(q{
		insert into voygen.flights (agency_id, trip_id, origin, destination, depart_at)
		select t.agency_id, t.trip_id, 'LAX', 'HND', turn + n * interval '30 minutes'
		from voygen.trips t
		cross join unnest(array['2027-03-14 09:00Z', '2027-11-07 08:00Z', '2027-04-03 14:00Z', '2027-12-31 14:00Z']::timestamptz[]) turn
		cross join generate_series(0, 4) n
		where t.trip_id % 5 = 1});
	$dbh->disconnect;
	return $self;
}

sub names { return sort keys %sessions }

# Changes every trip, has the session refresh them all, and answers the differences; dies when trips were left.
sub drift_under
{
	my ($self, $name) = @_;
	my $watch = connect_to($self->{database});
	$watch->do("set timezone = 'UTC'");
	$watch->do('update voygen.trips set traveler_count = 1 + (coalesce(traveler_count, 0) % 9)');
	$watch->do("update voygen.hotel_cache set price_amount = price_amount + 1, checked_at = now() where hotel_id % 2 = 0");
	my $session = connect_to($self->{database}, pg_server_prepare => 0);
	my @agencies = $self->{stress}->agencies;
	for my $agency (@agencies)
	{
		$session->do("reset session authorization; set voygen.agency_id = '$agency'");
		$session->do($sessions{$name});
		# More than five times, so that plans are kept.
		for my $time (1 .. 6)
		{
			$session->do($name eq 'a tool of an agent' ? 'select voygen_api.refresh_trip_facts(force => true)' : "select voygen.refresh_facts($agency, null, true)");
		}
	}
	$session->disconnect;
	my ($marks) = $watch->selectrow_array('select count(*) from voygen.facts_dirty');
	die "$marks marks are left\n" if $marks;
	return $self->{stress}->drift;
}

1;
