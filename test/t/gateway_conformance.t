# The official conformance suite of the protocol, newest pre-release, against `voygen serve --conformance`: both scored
# sets of requirements, and every scenario of the tasks extension by itself, which no set scores. There is no list of
# failures to expect: none is wanted. A suite that cannot be installed is a failure, too.
use strict;
use warnings;
use File::Temp qw(tempdir);
use JSON::PP;
use POSIX qw(WNOHANG);
use Test::More;
use Time::HiRes qw(sleep);
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
my @tasks = map { "tasks-$_" }
	qw(lifecycle capability-negotiation wire-fields request-state-removal mrtr-input request-headers dispatch-and-envelope status-notifications required-task-error mrtr-composition);

# A run writes what it has found into a folder of its own.
sub begin
{
	my ($gateway, $run) = @_;
	$run->{folder} = tempdir('voygen-conformance-XXXX', DIR => '/tmp', CLEANUP => 1);
	$run->{pid} = fork // die "fork: $!\n";
	return if $run->{pid};
	open STDOUT, '>', "$run->{folder}/said" or die "$run->{folder}/said: $!\n";
	open STDERR, '>&', \*STDOUT;
	exec $node, $suite, 'server', '--url', "http://127.0.0.1:$gateway->{port}/mcp", '-o', $run->{folder}, @{ $run->{arguments} };
	exit 127;
}

sub text_of
{
	my ($file) = @_;
	open my $in, '<', $file or die "$file: $!\n";
	local $/;
	return readline($in) // '';
}

# True once it has ended, with what it has written: scenario => its checks.
sub has_ended
{
	my ($run) = @_;
	return 0 if waitpid($run->{pid}, WNOHANG) == 0;
	$run->{exit} = $? >> 8;
	$run->{said} = text_of("$run->{folder}/said");
	for my $file (glob "$run->{folder}/server-*/checks.json")
	{
		my ($scenario) = $file =~ m{/server-(.*?)-\d{4}-\d\d-\d\dT[^/]*/checks\.json$};
		push @{ $run->{checks}{$scenario} }, @{ JSON::PP->new->utf8->decode(text_of($file)) };
	}
	return 1;
}

# As many at a time as there are gateways, each against one of its own.
sub run_all
{
	my ($gateways, @waiting) = @_;
	my %at;
	while (@waiting || %at)
	{
		for my $gateway (@$gateways)
		{
			delete $at{$gateway} if $at{$gateway} && has_ended($at{$gateway});
			next if $at{$gateway} || !@waiting;
			$at{$gateway} = shift @waiting;
			begin($gateway, $at{$gateway});
		}
		sleep 0.05;
	}
	return;
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

my @gateways = map { GatewayTest->conformance } 1, 2;
my %runs = ((map { $_ => { arguments => [ '--requirements', $_ ], checks => {} } } qw(2025-11-25 2026-07-28)),
	map { $_ => { arguments => [ '--scenario', $_ ], checks => {} } } @tasks);
run_all(\@gateways, @runs{ qw(2025-11-25 2026-07-28), @tasks });
for my $revision (qw(2025-11-25 2026-07-28))
{
	my $run = $runs{$revision};
	is($run->{exit}, 0, "$revision: the suite is content") or diag($run->{said});
	report("$revision: $_", $run->{checks}{$_}) for sort keys %{ $run->{checks} };
	cmp_ok(scalar(keys %{ $run->{checks} }), '>=', 30, "$revision: as many scenarios as there are");
}
report("$_ alone", $runs{$_}{checks}{$_} // []) for @tasks;

is($_->stop, 'exit 0', 'SIGTERM ends it') for @gateways;
done_testing();
