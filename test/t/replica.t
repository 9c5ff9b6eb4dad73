# A physical replica answers every reading tool as its primary does, a trip that is dirty there too; refuses what writes,
# saying where to go; and works on as the primary when it is promoted.
use strict;
use warnings;
use DBD::Pg qw(:pg_types);
use Digest::SHA qw(sha256);
use FindBin;
use lib "$FindBin::Bin/../lib";
use JSON::PP;
use Test::More;
use OwnCluster;
use VoygenTest qw(checkout);

my $json = JSON::PP->new->canonical->allow_nonref->allow_bignum;
my $database = 'voygen_copied';    # not the one pg_cron works in: its refresh would be in the way
my $primary = OwnCluster->new('replicated');
$primary->deploy($database);

# ---- the primary: two agencies of odd trips, all fresh ----

{
	local %ENV = $primary->environment;
	for my $file (['test/facts_model/odd_trips.sql', '-v', 'trips=30'], ['test/facts_model.sql'])
	{
		my ($name, @options) = @$file;
		system('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $database, @options, '-f', checkout() . "/$name") == 0 or die "$name failed\n";
	}
}
my $db = $primary->connect($database);
my ($agency) = $db->selectrow_array("select agency_id from voygen.agencies where slug = 'odd-one'");
my %role = (reader => 'voygen_reader', agent => 'voygen_agent');
for my $name (sort keys %role)
{
	my $insert = $db->prepare('insert into voygen.tokens (agency_id, digest, role) values (?, ?, ?)');
	$insert->bind_param(2, sha256($name), { pg_type => PG_BYTEA });
	$insert->bind_param(1, $agency);
	$insert->bind_param(3, $role{$name});
	$insert->execute;
}

sub refresh_all
{
	my ($session) = @_;
	for my $slug ('odd-one', 'odd-two')
	{
		my ($number) = $session->selectrow_array('select agency_id from voygen.agencies where slug = ?', undef, $slug);
		$session->do("set voygen.agency_id = '$number'");
		for (1 .. 20)
		{
			$session->do('select * from voygen.refresh_facts(voygen.current_agency())');
			last if !($session->selectrow_array('select count(*) from voygen.facts_dirty where agency_id = ?', undef, $number))[0];
		}
	}
	$session->do("set voygen.agency_id = '$agency'");
	return;
}

sub drift
{
	my ($session) = @_;
	return [ map { @{ $session->selectall_arrayref('select * from facts_model.drift(?)', undef, $_) } }
			@{ $session->selectcol_arrayref("select agency_id from voygen.agencies where slug like 'odd-%' order by 1") } ];
}

refresh_all($db);
is_deeply(drift($db), [], 'the primary is fresh');

my $standby = $primary->replica('standby');
my $there = $standby->connect($database);
ok($there->selectrow_array('select pg_is_in_recovery()'), 'the replica is a hot standby');

# ---- calls, as the gateway makes them ----

my %door = (primary => $primary->connect($database, user => 'voygen_gateway'), standby => $standby->connect($database, user => 'voygen_gateway'));

# {result} or {state, error}
sub call
{
	my ($where, $who, $tool, $arguments) = @_;
	my $statement = $door{$where}->prepare('select voygen.call($1,$2,$3,$4)');
	$statement->bind_param(2, sha256($who), { pg_type => PG_BYTEA });
	$statement->bind_param(1, $agency);
	$statement->bind_param(3, $tool);
	$statement->bind_param(4, $json->encode($arguments));
	return { result => $json->decode(($statement->fetchrow_array)[0]) } if eval { $statement->execute };
	my $detail = $door{$where}->pg_error_field('message_detail') // '';
	return { state => $door{$where}->state, error => $detail =~ /^\{/ ? $json->decode($detail) : $door{$where}->errstr };
}

# Facts built for an answer carry the moment they were built at, and a mark grows older.
sub timeless
{
	my ($value) = @_;
	return [ map { timeless($_) } @$value ] if ref $value eq 'ARRAY';
	return $value if ref $value ne 'HASH';
	return { map { ($_ => timeless($value->{$_})) } grep { $_ ne 'refreshed_at' && $_ ne 'oldest_mark_age_s' } keys %$value };
}

# A trip changes, is marked, and nobody refreshes it.
my ($trip, $slug) = $db->selectrow_array('
	select trip_id, slug from voygen.trips t
	where agency_id = voygen.current_agency() and exists (
	  select from voygen.hotel_cache h where h.agency_id = t.agency_id and h.trip_id = t.trip_id and h.availability_status = \'available\' and h.price_amount > 0)
	order by trip_id limit 1');
my $stored = $db->selectrow_array('select facts::text from voygen.trip_facts where agency_id = voygen.current_agency() and trip_id = ?', undef, $trip);
$db->do('update voygen.hotel_cache set price_amount = price_amount * 2, total_amount = total_amount * 2 where agency_id = voygen.current_agency() and trip_id = ?', undef, $trip);
$db->do(q(update voygen.trips set title = 'Changed and not refreshed' where agency_id = voygen.current_agency() and trip_id = ?), undef, $trip);
my %proposal = map { $_ => $db->selectrow_array("insert into voygen.proposals (trip_id, version, json_payload) values (?, ?, '{}') returning proposal_id", undef, $trip, $_) } 1, 2;
$primary->wait_for($standby);

$there->do("set voygen.agency_id = '$agency'");
my ($read, $wrong, $kept) = $there->selectrow_array("
	select count(*), count(*) filter (where f.facts::text <> m.facts::text), count(*) filter (where f.stored)
	from voygen.trip_facts_fresh($agency, array(select trip_id from voygen.trips where agency_id = $agency)) f
	cross join lateral facts_model.one_trip($agency, f.trip_id, f.refreshed_at) m");
ok($read >= 20 && !$wrong && $kept == $read - 1, "the replica reads $read trips as the recomputation has them, all but one as they are stored ($wrong wrong, $kept stored)");
my ($fresh) = $there->selectrow_array('select facts::text from voygen.trip_facts_fresh(?, array[?::bigint])', undef, $agency, $trip);
isnt($fresh, $stored, 'the dirty trip is built anew there');
is($there->selectrow_array('select facts::text from voygen.trip_facts where agency_id = ? and trip_id = ?', undef, $agency, $trip), $stored, '... in memory alone');

# Every reading tool, each with its own example on our trip.
my $tools = $db->selectall_arrayref('select name, examples -> 0 from voygen.tool where read_only order by name');
cmp_ok(scalar @$tools, '>', 10, 'there are reading tools');
for my $tool (@$tools)
{
	my ($name, $example) = @$tool;
	my $arguments = $json->decode($example // '{}');
	# A job belongs to whoever began it, and a reader begins none.
	next if exists $arguments->{job_id};
	$arguments->{trip_id} = $slug if exists $arguments->{trip_id};
	$arguments->{$_} = $proposal{1} for grep { exists $arguments->{$_} } qw(proposal_id proposal_a);
	$arguments->{proposal_b} = $proposal{2} if exists $arguments->{proposal_b};
	my ($answer, $expected) = map { call($_, 'reader', $name, $arguments) } qw(standby primary);
	ok(!$expected->{error} && !$answer->{error}, "$name answers on both") or diag(explain([ $answer, $expected ]));
	is_deeply(timeless($answer), timeless($expected), '... and alike');
}
my $facts = call('standby', 'agent', 'query_trip_facts', { trip_ids => [$slug] });
like($json->encode($facts), qr/Changed and not refreshed/, 'query_trip_facts tells the change that nobody has refreshed');
is(call('standby', 'agent', 'get_facts_stats', {})->{result}{dirty}, call('primary', 'agent', 'get_facts_stats', {})->{result}{dirty}, 'get_facts_stats counts the same dirty trips');

# ---- what writes ----

for my $case (
	[ create_client => { name => 'Ann' } ],
	[ create_client => { name => 'Ann', idempotency_key => 'once' } ],
	[ refresh_trip_facts => { trip_id => $slug } ],
	[ optimize_commission => { trip_id => $slug } ],
	[ update_trip => { trip_id => 'no-such-trip', status => 'proposed' } ])
{
	my ($name, $arguments) = @$case;
	my $answer = call('standby', 'agent', $name, $arguments);
	is($answer->{state}, 'VG009', "$name is refused on the replica") or diag(explain($answer));
	is($answer->{error}{code}, 'unavailable', '... as unavailable');
	like($answer->{error}{hint} // '', qr/primary/, '... with the way to go');
}
is(call('standby', 'reader', 'create_client', { name => 'Ann' })->{error}{code}, 'not_allowed', 'who may not write at all is told that');
is(call('standby', 'agent', 'create_client', { nam => 'Ann' })->{error}{code}, 'unknown_name', 'wrong arguments are named there too');
for my $sql ("select * from voygen.refresh_facts($agency)", 'call voygen.refresh_job()', 'select voygen.next_id()', 'select voygen.expire_facts()',
	"update voygen.trips set title = 'x' where agency_id = $agency")
{
	ok(!eval { $there->do($sql); 1 }, substr($sql, 0, 40) . ' fails on the replica');
	is($there->state, '25006', '... as on any server that only reads') or diag $there->errstr;
}

# ---- promoted, with the sessions that were there before ----

my ($last_id) = $db->selectrow_array('select voygen.next_id()');
$primary->wait_for($standby);
$standby->promote;
ok(!$there->selectrow_array('select pg_is_in_recovery()'), 'the replica is promoted');
my $answer = call('standby', 'agent', 'create_client', { name => 'Ann', idempotency_key => 'once' });
ok($answer->{result}, 'a writing tool works, in the session that was refused before') or diag(explain($answer));
my ($id) = $there->selectrow_array('select voygen.next_id()');
cmp_ok($id, '>', $last_id, 'ids go on beyond those of the former primary');
refresh_all($there);
is($there->selectrow_array('select count(*) from voygen.facts_dirty'), 0, 'the marks it came with are worked off');
is_deeply(drift($there), [], '... without drift');
my $audited = $there->selectcol_arrayref('select tool from voygen.audit where agency_id = ? order by audit_id', undef, $agency);
is_deeply($audited, ['create_client'], 'the audit has the call that wrote, and none of those before');
$_->disconnect for values %door, $there, $db;
done_testing();
