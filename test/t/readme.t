# The page "The main job with psql" of README.md: every command in it runs as it stands, after `make up` has loaded the
# demo, and says what the page says.
use strict;
use warnings;
use Cwd qw(chdir);
use IPC::Run ();
use Test::More;
use VoygenTest;
use VoygenProgram;

fresh_database('readme')->disconnect;
my $voygen = VoygenProgram->new('readme');
chomp($voygen->{token} = $voygen->run('demo', '--prepare')->{out});
my $run = $voygen->run('demo');
is($run->{status}, 0, 'the demo is loaded') or die($run->{err});

open my $file, '<', checkout() . '/README.md' or die "README.md: $!\n";
my $page = do { local $/; <$file> };
my ($section) = $page =~ /^## The main job with psql\n(.*?)^## /ms;
my @blocks = $section =~ /^```sql\n(.*?)^```/msg;
cmp_ok(scalar @blocks, '>=', 8, 'the page has commands');

# One session for all of them, in the checkout, as `make psql` opens it.
chdir checkout();
my $commands = join "\n\\echo -- end of block\n", @blocks, '';
my ($out, $err) = ('', '');
IPC::Run::run([ 'psql', '-X', '-v', 'ON_ERROR_STOP=1', '-d', 'readme' ], \$commands, \$out, \$err);
is($? >> 8, 0, 'every command runs') or diag $err;
my @answers = split /-- end of block\n/, $out;
is(scalar @answers, scalar @blocks, 'every block is answered');

my @expected = (
	[ 'the agency', qr/\d/ ],
	[ 'the ingest', qr/web +\| +16 .*navitrip +\| +8 /s ],
	[ 'the facts', qr/72\.00 \| +2444\.93 .*percentile.*61\.00\b/s ],
	[ 'the best paid', qr/Six Senses Rome .*2444\.93 .*stated/ ],
	[ 'the shortlist', qr/^ low .*^ medium .*^ high .*best score/ms ],
	[ 'the best choice', qr/6162\.58 \| +1848\.77 \| +620\.49 \| +50\.52 / ],
	[ 'the quote', qr/284\.97 \| +85\.49 / ],
	[ 'the prices', qr/\{low,low,medium,medium,high,high\}/ ],
);
like($answers[$_], $expected[$_][1], "$expected[$_][0] is as the page says") for 0 .. $#expected;

done_testing();
