# A short stress: writers of every kind, refreshers and killed backends at once leave no drift behind. The long form is
# test/soak/stress.sh.
use strict;
use warnings;
use Test::More;
use VoygenTest;
use FactsStress;

my $seconds = $ENV{STRESS_SECONDS} // 20;
my $seed = $ENV{STRESS_SEED} // time % 100_000;
FactsStress::forget('stress');
my $db = fresh_database('stress');
$db->disconnect;
my $stress = FactsStress->new(database => 'stress', seconds => $seconds, seed => $seed);
$stress->fill;
$stress->drain;
my @drift = $stress->drift;
is(scalar @drift, 0, 'the facts equal the recomputation before anything happens') or diag(FactsStress::drift_text(@drift));

ok($stress->run, "writers, refreshers and killers ran for $seconds s (seed $seed)");
$stress->drain;
pass('the queue is empty afterwards');
@drift = $stress->drift;
is(scalar @drift, 0, 'and no fact has drifted') or diag("seed $seed\n" . FactsStress::drift_text(@drift));
done_testing();
