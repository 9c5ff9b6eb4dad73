# make bench, at a size that takes seconds: every goal prints its line, and both sides of each agree (documents digit for
# digit, commission to the cent, cuts and tiers), else the goal's file breaks off. Speeds mean nothing here.
# Alone on the test cluster: it gives the server one core for a while.
use strict;
use warnings;
use Test::More;
use VoygenTest;

VoygenTest::_find_cluster();
local $ENV{VOYGEN_CLUSTER} = 'test';
local $ENV{BENCH_TRIPS} = 40;
local $ENV{BENCH_ROUNDS} = 1;
local $ENV{BENCH_PRICES} = 20_000;
local $ENV{BENCH_SECONDS} = 1;
local $ENV{BENCH_PAGES} = 400;
local $ENV{BENCH_PICTURES} = 1;
local @ENV{qw(BENCH_MILLION_TRIPS BENCH_MILLION_AGENCIES BENCH_MILLION_CALLS)} = (400, 2, 2);
local $ENV{BENCH_DATABASE_KEEP} = 'no';
my $checkout = checkout();
my $output = do {
	local $ENV{BENCH_DATABASE_KEEP} = 'yes';
	`$checkout/test/bench/run 2>&1`;
};
is($?, 0, 'every goal runs to its end') or diag($output);
for my $id (qw(P-1a P-1b P-1c P-2a P-2b P-3 P-4 P-5a P-5b P-5c P-6 P-7a P-7b P-7c P-7d P-8 P-9a P-9b P-9c P-9d P-10a P-10b P-10c P-10d P-10e P-10f P-11a P-11b P-11c P-11d P-11e P-11f P-11g
	P-12 P-13 P-14a P-14b P-18))
{
	my ($line) = $output =~ /^(\Q$id\E ratio .*)$/m;
	like($line // '', qr/^\Q$id\E ratio (?:\d[\d.]*|missing) goal \d[\d.]* ours \S+(?: B)? other \S+(?: B)? note \S/, "$id prints its line");
}

# A file that breaks off: its goals still have their lines, and the files after it run.
local $ENV{BENCH_PRICES} = 'many';
$output = `$checkout/test/bench/run $checkout/test/bench/p9_tiers.pl $checkout/test/bench/p3_unchanged.pl 2>/dev/null`;
is($? >> 8, 1, 'a file that breaks off fails the run');
like($output, qr/^\Q$_\E ratio - goal [\d.]+ ours - other - note broke off: \S/m, "$_ says that it broke off") for qw(P-9a P-9b P-9c P-9d);
like($output, qr/^P-3 ratio \d/m, 'the next file runs');
drop_database($_) for qw(voygen_bench_million_400 voygen_bench_gateway);
done_testing();
