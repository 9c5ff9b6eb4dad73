# A session that refreshes all the time keeps its size. The long form is test/soak/memory.sh.
use strict;
use warnings;
use Test::More;
use VoygenTest;
use FactsMemory;
use FactsStress;

my $seed = $ENV{STRESS_SEED} // time % 100_000;
fresh_database('facts_memory')->disconnect;
FactsStress->new(database => 'facts_memory', trips => 15)->fill;
my $memory = FactsMemory->new(database => 'facts_memory', trips => 15, seed => $seed);

$memory->warm_up(4);
my $warm = $memory->{rounds};
my ($before, $rounds) = ($memory->sample, $memory->{rounds});
$memory->work(6);
my $after = $memory->sample;
$rounds = $memory->{rounds} - $rounds;
note("warmed up by $warm rounds");
cmp_ok($rounds, '>', 30, "it worked meanwhile ($rounds rounds, seed $seed)");
cmp_ok($after->{contexts} - $before->{contexts}, '<', 512 * 1024, 'the memory contexts have not grown') or diag(FactsMemory::growth_text($before, $after));
cmp_ok($after->{pages} - $before->{pages}, '<', 2048 * 1024, 'nor have the pages of the process') or diag(FactsMemory::growth_text($before, $after));
note(FactsMemory::growth_text($before, $after));
done_testing();
