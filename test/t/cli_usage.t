# What the program says about itself, and what it answers to a wrong command line: status 2 and how it is done right.
use strict;
use warnings;
use Test::More;
use VoygenTest;
use VoygenProgram;

my $voygen = bless {}, 'VoygenProgram';

my $run = $voygen->run('--version');
is($run->{status}, 0, '--version');
like($run->{out}, qr/^voygen \d+\.\d+$/, '--version prints name and version');

$run = $voygen->run('-h');
is($run->{status}, 0, '-h');
my @commands = $run->{out} =~ /^  (\w+) +\S/mg;
cmp_ok(scalar @commands, '>=', 7, '-h lists the subcommands');
like($run->{out}, qr/VOYGEN_TOKEN.*Exit status/s, '-h explains environment and exit status');

for my $command (@commands)
{
	$run = $voygen->run($command, '-h');
	is($run->{status}, 0, "$command -h");
	like($run->{out}, qr/\Ausage: voygen $command\b.*\n\n./s, "$command -h prints usage and explanation");
	is($run->{err}, '', "$command -h prints nothing on stderr");
	$run = $voygen->run($command, '--no-such-option');
	is($run->{status}, 2, "$command refuses an option it does not know");
	like($run->{err}, qr/no-such-option.*\nusage: voygen $command/, "$command names the option and the usage");
	is($run->{out}, '', "$command prints nothing on stdout then");
}

my @wrong = (
	[ [], qr/^usage: voygen COMMAND/ ],
	[ ['nonsense'], qr/there is no command "nonsense"/ ],
	[ ['call'], qr/which tool\?/ ],
	[ [ 'call', 'find_trips', '{}', 'more' ], qr/unexpected argument "more"/ ],
	[ ['agency'], qr/create or list/ ],
	[ [ 'agency', 'destroy' ], qr/create or list/ ],
	[ [ 'agency', 'create' ], qr/short name/ ],
	[ [ 'agency', 'create', 'a', '--name' ], qr/--name needs a value/ ],
	[ [ 'agency', 'create', 'a', 'b' ], qr/unexpected argument "b"/ ],
	[ [ 'user', 'create', '--email', 'a@b', '--name', 'A' ], qr/--agency is missing/ ],
	[ [ 'user', 'create', '--agency', 'a', '--name', 'A' ], qr/--email and --name/ ],
	[ [ 'user', 'create', '--agency', 'a', '--name', 'A', '--email', 'a@b', '--role', 'boss' ], qr/admin, agent or reader/ ],
	[ [ 'user', 'create', '--no-advisor=1' ], qr/--no-advisor takes no value/ ],
	[ ['token'], qr/create, list or revoke/ ],
	[ [ 'token', 'create', '--agency', 'a' ], qr/--role must be/ ],
	[ [ 'token', 'create', '--agency', 'a', '--role', 'voygen_owner' ], qr/--role must be/ ],
	[ [ 'token', 'revoke', '--agency', 'a' ], qr/number of the token/ ],
	[ [ 'token', 'revoke', '--agency', 'a', '12x' ], qr/number of the token/ ],
	[ [ 'pdf', 'in.html' ], qr/where shall the PDF go/ ],
	[ [ 'pdf', 'in.html', 'out.pdf', '--date', '2027-13-01' ], qr/--date is a day as YYYY-MM-DD, not "2027-13-01"/ ],
	[ [ 'doctor', 'extra' ], qr/unexpected argument "extra"/ ],
);
for my $case (@wrong)
{
	my ($arguments, $message) = @$case;
	$run = $voygen->run(@$arguments);
	is($run->{status}, 2, "status of: voygen @$arguments");
	like($run->{err}, $message, "message of: voygen @$arguments");
	is($run->{out}, '', "no output of: voygen @$arguments");
}

# An answer that cannot be written is a failure, not a success with nothing in it.
SKIP:
{
	skip 'no /dev/full here', 2 unless -e '/dev/full';
	my $program = VoygenProgram::program();
	my $err = `$program -h 2>&1 >/dev/full`;
	is($? >> 8, 1, 'a full disk gives status 1');
	$err = `$program call -h 2>&1 >/dev/full`;
	like($err, qr/cannot write/, 'and is said');
}

done_testing();
