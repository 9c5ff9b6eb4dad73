# Links while PostgreSQL crashes and starts anew: what was accepted stays so, what was not is accepted once, and readers notice at most a
# page that asks them to come again.
# Alone on the test cluster: a server that crashes ends the sessions of all.
use strict;
use warnings;
use Test::More;
use Time::HiRes qw(time sleep);
use ShareTest;
use VoygenTest qw(connect_to);

my $share = ShareTest->new('gateway_share_crash', more => [ '--share-rate', '0', '--pool', '4' ]);
my $gateway = $share->gateway;
my @offers = map { $share->offer } 1 .. 3;
my @keys = map { scalar $share->link($_->{id}) } @offers;
sub form { my ($n) = @_; return { decision => 'accepted', name => 'Ann', version => $offers[$n]{digest} } }
is($share->send("/p/$keys[0]/decision", form(0))->{status}, 303, 'one is accepted before');

# Kills a backend, which ends all of them, and waits for the server.
sub crash
{
	my ($pid) = @_;
	kill 'KILL', $pid;
	eval { $share->db->disconnect };
	GatewayTest::wait_for('the server', sub { eval { $share->{db} = connect_to('gateway_share_crash', PrintWarn => 0); $share->db->do('select pg_sleep(0.1)'); 1 } });
	$gateway->{db} = $share->db;
	return;
}

# one who accepts waits for a row when it happens
$share->db->begin_work;
$share->db->do('select from voygen.proposals where proposal_id = ? for update', undef, $offers[1]{id});
my $socket = $gateway->connect;
print {$socket} $gateway->request_bytes(ShareTest::form(form(1)), path => "/p/$keys[1]/decision", token => undef, headers => { 'Content-Type' => 'application/x-www-form-urlencoded' });
my ($looks, $pid) = (connect_to('gateway_share_crash', PrintWarn => 0));
GatewayTest::wait_for('the lock', sub { ($pid) = $looks->selectrow_array("select pid from pg_stat_activity where datname = 'gateway_share_crash' and usename = 'voygen_gateway' and wait_event_type = 'Lock'") });
crash($pid);
my $answer = $gateway->read_answer($socket);
like($answer->{status}, qr/^(303|503)$/, 'who accepts meanwhile is told that it is so, or to come again');
GatewayTest::wait_for('the page', sub { $share->get("/p/$keys[1]")->{status} == 200 });
is($share->send("/p/$keys[1]/decision", form(1))->{status}, 303, '... and once more does no harm');
is_deeply([ map { $_->[0] } @{ $share->db->selectall_arrayref('select count(*) from voygen.proposal_decisions where proposal_id in (?, ?) group by proposal_id', undef, $offers[0]{id}, $offers[1]{id}) } ], [ 1, 1 ], 'both are accepted, once');
is($share->status_of($_->{id}), 'accepted', "$_->{id} stays accepted") for @offers[ 0, 1 ];

# readers that come all the while
my (%seen, $crashed);
my $started = time;
until ($crashed && time - $crashed > 1)
{
	if (!$crashed && time - $started > 0.5)
	{
		crash($share->db->selectrow_array("select pid from pg_stat_activity where datname = 'gateway_share_crash' and usename = 'voygen_gateway' limit 1"));
		$crashed = time;
	}
	my $read = $share->get("/p/$keys[2]/document");
	$seen{ $read->{status} }++;
	is($read->{body}, $offers[2]{html}, 'the document is whole') if $read->{status} == 200 && $read->{body} ne $offers[2]{html};
	$share->db->do('update voygen.proposal_shares set minute = null') if $read->{status} == 429;
	sleep 0.02;
}
is_deeply([ grep { !/^(200|429|503)$/ } keys %seen ], [], 'readers get the document, or a page that says when') or diag explain \%seen;
cmp_ok($seen{200}, '>', 10, '... and go on');
is($gateway->stop, 'exit 0', 'SIGTERM ends it');
done_testing();
