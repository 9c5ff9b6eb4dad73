# The official conformance suite of the protocol, newest pre-release, against `voygen serve --conformance`: both scored
# sets of requirements, and every scenario of the tasks extension by itself, which no set scores. There is no list of
# failures to expect: none is wanted. A suite that cannot be installed is a failure, too.
use strict;
use warnings;
use File::Temp qw(tempdir);
use JSON::PP;
use Test::More;
use GatewayTest;
use VoygenTest qw(checkout);

my $checkout = checkout();
my $node = `'$checkout/test/npm/install' gateway`;
chomp $node;
if ($? != 0 || !-x $node)
{
	fail('the conformance suite can be installed');
	done_testing();
	exit 1;
}
my $suite = "$checkout/build/npm/gateway/node_modules/\@modelcontextprotocol/conformance/dist/index.js";
my $gateway = GatewayTest->conformance;
my $url = "http://127.0.0.1:$gateway->{port}/mcp";
my @tasks = map { "tasks-$_" }
	qw(lifecycle capability-negotiation wire-fields request-state-removal mrtr-input request-headers dispatch-and-envelope status-notifications required-task-error mrtr-composition);

# What one run has written: scenario => its checks.
sub run
{
	my (@arguments) = @_;
	my $folder = tempdir('voygen-conformance-XXXX', DIR => '/tmp', CLEANUP => 1);
	my $pid = open(my $out, '-|') // die "fork: $!\n";
	if (!$pid)
	{
		open STDERR, '>&', \*STDOUT;
		exec $node, $suite, 'server', '--url', $url, '-o', $folder, @arguments;
		exit 127;
	}
	my $said = do { local $/; readline $out };
	close $out;
	my $exit = $? >> 8;
	my %checks;
	for my $file (glob "$folder/server-*/checks.json")
	{
		my ($scenario) = $file =~ m{/server-(.*?)-\d{4}-\d\d-\d\dT[^/]*/checks\.json$};
		open my $in, '<', $file or die "$file: $!\n";
		push @{ $checks{$scenario} }, @{ JSON::PP->new->utf8->decode(do { local $/; readline $in }) };
	}
	return { exit => $exit, said => $said, checks => \%checks };
}

sub report
{
	my ($name, $checks) = @_;
	my @bad = grep { $_->{status} =~ /FAILURE|WARNING/ } @$checks;
	ok(!@bad && @$checks, $name);
	diag("$name: $_->{status} $_->{id}: " . ($_->{errorMessage} // $_->{description} // '')) for @bad;
	diag("$name: no check was made") unless @$checks;
	note("$name: $_->{status} $_->{id}: " . ($_->{errorMessage} // '')) for grep { $_->{status} !~ /SUCCESS/ } @$checks;
	return;
}

for my $revision (qw(2025-11-25 2026-07-28))
{
	my $run = run('--requirements', $revision);
	is($run->{exit}, 0, "$revision: the suite is content") or diag($run->{said});
	report("$revision: $_", $run->{checks}{$_}) for sort keys %{ $run->{checks} };
	cmp_ok(scalar(keys %{ $run->{checks} }), '>=', 30, "$revision: as many scenarios as there are");
}
for my $scenario (@tasks)
{
	my $run = run('--scenario', $scenario);
	report("$scenario alone", $run->{checks}{$scenario} // []);
}

is($gateway->stop, 'exit 0', 'SIGTERM ends it');
done_testing();
