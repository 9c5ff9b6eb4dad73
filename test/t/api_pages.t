# Every list with a cursor, found in the catalogue: walked page by page it shows each row once, in the order of the whole
# list, says how many are left, and ends; a cursor that is none is refused.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Test::More;
use CallTest;

my $door = CallTest->new('api_pages');
my $json = JSON::PP->new->canonical->allow_nonref->allow_bignum;
my $yes = JSON::PP::true;

# Given seven of everything, many alike, so that the order has ties
my @clients = map { $door->call('admin', 'create_client', { name => $_ < 5 ? 'Demo Client' : "Client $_" })->{client_id} } 1 .. 7;
my @trips = map { $door->call('admin', 'create_trip', { client_id => "$_", title => 'Italy', destination => 'Rome', start_date => '2026-09-10', end_date => '2026-09-20' })->{trip_id} } @clients;
for my $trip (@trips)
{
	$door->call('admin', 'add_activity', { trip_id => "$trip", title => 'Walk' });
	$door->call('admin', 'add_booking', { trip_id => "$trip", kind => 'hotel', supplier => 'Supplier', price => { amount => 100, currency => 'USD' } });
	$door->call('admin', 'ingest_hotels', { trip_id => "$trip", site => 'web', hotels => [map { { site_id => "h$_", name => 'Hotel', city => 'Rome', available => $yes, lead_price => { amount => $_ < 3 ? 100 : 50, currency => 'USD' } } } 1 .. 3] });
}
$door->call('admin', 'refresh_trip_facts', {});
$door->call('admin', 'verify_all_facts', {}) for 1 .. 7;
$door->owner->do("select set_config('voygen.agency_id', ?, false)", undef, $door->agency('sunny'));
$door->owner->do("insert into voygen.proposals (trip_id, json_payload) select trip_id, '{}' from voygen.trips");
$door->owner->do("insert into voygen.client_questions (trip_id, client_id, question) select trip_id, client_id, 'Breakfast?' from voygen.trips");
$door->owner->do("insert into voygen.outbox (proposal_id, job_id, kind, sender, recipients, message_id) select proposal_id, proposal_id, 'cover', 'a\@b', '{c\@d}', '<1\@b>' from voygen.proposals");
$door->owner->do("insert into voygen.followups (trip_id, client_id, due_at) select trip_id, client_id, '2027-01-01' from voygen.trips");

my @lists = grep { $_->{inputSchema}{properties}{cursor} } @{ $json->decode(scalar $door->gateway->selectrow_array("select voygen.tools(?, sha256('sunny:admin'))", undef, $door->agency('sunny'))) };
cmp_ok(scalar @lists, '>=', 6, 'lists with a cursor: ' . join ' ', map { $_->{name} } @lists);

# walk($tool, $field, $limit, %with): all rows page by page, and what each page said was left out.
sub walk
{
	my ($tool, $field, $limit, %with) = @_;
	my (@rows, @left, $cursor);
	for my $page (1 .. 100)
	{
		my $answer = $door->call('admin', $tool, { limit => $limit, %with, defined $cursor ? (cursor => $cursor) : () });
		push @rows, @{ $answer->{$field} };
		my $cut = $answer->{truncated} // return (\@rows, \@left);
		push @left, $cut->{left_out};
		$cursor = $cut->{cursor};
	}
	return (\@rows, ['it does not end']);
}

for my $list (@lists)
{
	my $tool = $list->{name};
	my ($field) = grep { my $type = $list->{outputSchema}{properties}{$_}{type}; ($_ ne 'suggestions') && grep { $_ eq 'array' } ref $type ? @$type : $type // '' } sort keys %{ $list->{outputSchema}{properties} };
	my $whole = $door->call('admin', $tool, { limit => 50 });
	my @all = map { $json->encode($_) } @{ $whole->{$field} };
	cmp_ok(scalar @all, '>=', 7, "$tool: " . @all . " $field");
	is($whole->{truncated}, undef, "$tool: the whole is not cut");
	my @queries = ({});
	push @queries, { query => 'Italy' } if $list->{inputSchema}{properties}{query} && $tool ne 'find_clients';
	push @queries, { query => 'Demo' } if $tool eq 'find_clients';
	push @queries, map { { sort => $_ } } @{ $list->{inputSchema}{properties}{sort}{enum} // [] };
	for my $with (@queries)
	{
		my @expected = map { $json->encode($_) } @{ $door->call('admin', $tool, { limit => 50, %$with })->{$field} };
		for my $limit (1, 2, 3)
		{
			my ($rows, $left) = walk($tool, $field, $limit, %$with);
			my $what = "$tool " . $json->encode($with) . " by $limit";
			is_deeply([map { $json->encode($_) } @$rows], \@expected, "$what: each once, in order");
			my @counts = grep { $_ > 0 } map { @expected - $limit * $_ } 1 .. @expected;
			is_deeply($left, \@counts, "$what: says how many are left");
		}
	}
	for my $cursor ('x', '', '~', '0~0~0', "1'; select 1", '99999999999999999999~1', '-1~-1')
	{
		my $error = eval { $door->call('admin', $tool, { cursor => $cursor }); undef } // CallTest::error_of($door->gateway);
		is($error->{path}, '/cursor', "$tool: the cursor \"$cursor\" is refused") or diag($json->encode($error));
	}
}

done_testing;
