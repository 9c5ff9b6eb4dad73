# A call with an idempotency_key runs once: repeated, at the same time, after a restart; and not at all when it failed.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Test::More;
use CallTest;
use DBD::Pg qw(:async);
use VoygenTest;

my $door = CallTest->new('call_once');
my $owner = $door->owner;
my $sunny = $door->agency('sunny');

sub count_of { return $owner->selectrow_array('select count(*) from voygen.clients where name = ?', undef, $_[0]) }

# Repeated
my $first = $door->call_text('agent', 'create_client', { name => 'Twice', idempotency_key => 'a' });
is($door->call_text('agent', 'create_client', { name => 'Twice', idempotency_key => 'a' }), $first, 'a repeated call gets the first answer');
is($door->call_text('agent', 'create_client', '{ "idempotency_key" : "\u0061", "name":"Twice" }'), $first, 'however its arguments are written');
is(count_of('Twice'), 1, 'and did nothing');
my $conflict = $door->fails('agent', 'create_client', { name => 'Other', idempotency_key => 'a' });
is($conflict->{code}, 'conflict', 'the same key with other arguments is a conflict');
is($conflict->{state}, 'VG004', 'with its SQLSTATE');
is($conflict->{path}, '/idempotency_key', 'which names the key');
my ($id) = $first =~ /(\d+)/;
is($door->fails('agent', 'update_client', { client_id => $id, name => 'Other', idempotency_key => 'a' })->{code}, 'conflict', 'so is another tool');
is(count_of('Other'), 0, 'nothing came of it');
$door->call('rainy:agent', 'create_client', { name => 'Twice', idempotency_key => 'a' });
is(count_of('Twice'), 2, 'a key of one agency is none of another');

# Two at once: the second waits for the first, which is held up by a lock
sub both
{
	my ($arguments, $other) = @_;
	my @db = map { $door->connect_gateway } 1 .. 2;
	$owner->begin_work;
	$owner->do('lock table voygen.clients in access exclusive mode');
	my @running;
	for my $i (0, 1)
	{
		my $statement = $db[$i]->prepare('select voygen.call($1,$2,$3,$4)', { pg_async => PG_ASYNC });
		$statement->bind_param(1, $sunny);
		$statement->bind_param(2, Digest::SHA::sha256('sunny:agent'), { pg_type => DBD::Pg::PG_BYTEA() });
		$statement->bind_param(3, 'create_client');
		$statement->bind_param(4, JSON::PP->new->encode($i == 0 ? $arguments : $other));
		$statement->execute;
		push @running, $statement;
		# the next begins when this one waits
		until ($owner->selectrow_array("select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()") > $i) { select undef, undef, undef, 0.02 }
	}
	$owner->commit;
	my @answers;
	for my $i (0, 1)
	{
		push @answers, eval { $db[$i]->pg_result; ($running[$i]->fetchrow_array)[0] } // CallTest::error_of($db[$i])->{code};
	}
	return @answers;
}
my @same = both({ name => 'Raced', idempotency_key => 'b' }, { name => 'Raced', idempotency_key => 'b' });
is($same[0], $same[1], 'two calls at once get one answer');
like($same[0], qr/client_id/, 'the result');
is(count_of('Raced'), 1, 'and run once');
my @differ = both({ name => 'One', idempotency_key => 'c' }, { name => 'Another', idempotency_key => 'c' });
like($differ[0], qr/client_id/, 'of two that differ the first runs');
is($differ[1], 'conflict', 'and the second is a conflict');
is(count_of('Another'), 0, 'which did nothing');

# The first fails: the second runs
$door->call('agent', 'create_client', { name => 'Ann', email => 'ann@sunny.example' });
my $failed = $door->fails('agent', 'create_trip', { client_id => '999999', title => 'T', destination => 'D', start_date => '2026-05-01', end_date => '2026-05-02', idempotency_key => 'e' });
is($failed->{code}, 'not_found', 'a call that fails');
is($owner->selectrow_array("select count(*) from voygen.idempotency_keys where key = 'e'"), 0, 'leaves its key free');
my ($ann) = $owner->selectrow_array("select client_id from voygen.clients where name = 'Ann'");
ok($door->call('agent', 'create_trip', { client_id => "$ann", title => 'T', destination => 'D', start_date => '2026-05-01', end_date => '2026-05-02', idempotency_key => 'e' })->{trip_id},
	'so that a better one runs');

# A crash takes nothing back
my ($pid) = $door->gateway->selectrow_array('select pg_backend_pid()');
$owner->do('select pg_terminate_backend(?)', undef, $pid);
my $again = $door->connect_gateway;
is($door->call_text('agent', 'create_client', { name => 'Twice', idempotency_key => 'a' }, db => $again), $first, 'a new connection knows the key');

# Keys that are none
is($door->fails('agent', 'create_client', { name => 'x', idempotency_key => 'k' x 201 }, db => $again)->{code}, 'invalid_argument', 'a key that is too long');
is($door->fails('agent', 'create_client', { name => 'x', idempotency_key => '' }, db => $again)->{code}, 'invalid_argument', 'an empty key');
is($door->fails('agent', 'create_client', { name => 'x', idempotency_key => 5 }, db => $again)->{code}, 'invalid_argument', 'a number');
$door->call('agent', 'create_client', { name => 'No key', idempotency_key => undef }, db => $again) for 1, 2;
is(count_of('No key'), 2, 'null is no key');

# The audit has every call that wrote, and what it was about
my $audit = $owner->selectall_arrayref("select tool, role, outcome, args ->> 'name' as name, duration_us from voygen.audit where agency_id = ? order by audit_id", { Slice => {} }, $sunny);
is((grep { ($_->{name} // '') eq 'Twice' } @$audit), 1, 'a repeated call is in the audit once');
is_deeply([map { $_->{outcome} } @$audit], [('ok') x @$audit], 'calls that failed left no row');
ok($audit->[0]{duration_us} > 0, 'with its time');
is($audit->[0]{role}, 'voygen_agent', 'and role');

done_testing;
