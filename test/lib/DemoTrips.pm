package DemoTrips;

# The demo's trips, loaded through the tools into an agency of a CallTest.
#
#   my $trip = DemoTrips::load($door, 'agent', 'dublin');     # {trip_id, slug} of the trip

use strict;
use warnings;
use DemoModel;

my %client;

sub load
{
	my ($door, $who, $name) = @_;
	my $fixture = DemoModel::fixture($name);
	$client{$door}{$who} //= $door->call($who, 'create_client', $fixture->{client})->{client_id};
	my $trip = $door->call($who, 'create_trip', { %{ $fixture->{trip} }, client_id => $client{$door}{$who} });
	my %calls = (ingest_hotels => 'hotels', add_activity => 'activities', add_flight => 'flights');
	for my $tool (sort keys %calls)
	{
		$door->call($who, $tool, { %$_, trip_id => $trip->{slug} }) for @{ $fixture->{ $calls{$tool} } };
	}
	return $trip;
}

1;
