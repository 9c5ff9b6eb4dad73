# Memory that runs out at any allocation, once or for good, ends a subcommand with status 1 and a message, or does not
# matter at all: never a crash, never a success with half an answer.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;
use JobTest qw(count_up_tool);
use VoygenTest;
use VoygenProgram;

my $db = fresh_database('cli_memory');
my $voygen = VoygenProgram->new('cli_memory');
$db->do("select voygen.create_agency('frugal', 'Frugal Travel')");
$voygen->{token} = $voygen->new_token('frugal', 'agent');

my $folder = tempdir(CLEANUP => 1);
my $library = "$folder/failing_malloc.so";
system('cc', '-shared', '-fPIC', '-O1', '-fno-builtin-malloc', '-o', $library, checkout() . '/test/faults/failing_malloc.c') == 0
	or die('failing_malloc.c does not compile');

# Refuses every allocation in turn (beyond the 60th, every seventh) until twenty in a row have changed nothing: by then
# the program ends before it gets there.
sub starve
{
	my ($which, @arguments) = @_;
	my $normal = $voygen->run(@arguments);
	is($normal->{status}, 0, "@arguments works with memory") or diag $normal->{err};
	my ($tried, $unmoved, @wrong) = (0, 0);
	for (my $at = 1; $unmoved < 20; $at += $at < 60 ? 1 : 7)
	{
		local $voygen->{more} = { LD_PRELOAD => $library, FAIL_AT => $at, FAIL_ON => $which };
		my $run = $voygen->run(@arguments);
		my $whole = $run->{status} eq '0' && $run->{out} eq $normal->{out};
		my $said = $run->{status} eq '1' && $run->{err} =~ /\S/;
		push @wrong, "allocation $at: status $run->{status}, $run->{err}" unless $whole || $said;
		$unmoved = $whole ? $unmoved + 1 : 0;
		$tried++;
	}
	cmp_ok($tried, '>', 40, "@arguments: $tried allocations refused ($which)");
	is_deeply(\@wrong, [], "@arguments: each ended well ($which)");
	return;
}

starve('once', 'agency', 'list');
starve('rest', 'agency', 'list');
starve('once', 'call', 'find_clients', '{"query": "x"}');
starve('rest', 'call', 'find_clients', '{"query": "x"}');

# A job that is waited for
count_up_tool($db);
my $pid = fork // die "fork: $!\n";
if (!$pid)
{
	$db->{InactiveDestroy} = 1;
	local %ENV = $voygen->environment;
	exec VoygenProgram::program(), 'work', '--no-refresh', '--jobs', '1';
}
starve('once', 'call', 'count_up', '{"times": 1}');
kill TERM => $pid;
waitpid $pid, 0;

done_testing();
