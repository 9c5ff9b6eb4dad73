# A short stress: writers of every kind, refreshers, readers and faults at once leave no drift behind. The long form is
# test/soak/stress.sh. STRESS_SEED repeats a run's changes, STRESS_SECONDS makes it longer; STRESS_KEEP keeps the
# database of a run that failed.
# Alone on the test cluster: it kills and stops the server.
use strict;
use warnings;
use Test::More;
use VoygenTest;
use FactsStress;

my $seconds = $ENV{STRESS_SECONDS} // 18;
my $seed = $ENV{STRESS_SEED} // time % 100_000;
FactsStress::forget('stress');
my $db = fresh_database('stress');
my $stress = FactsStress->new(database => 'stress', seed => $seed);
$stress->fill;

# A change that never works would prove nothing; one that meets a row that is there already works.
srand($seed);
$db->do('set client_min_messages = error');
my $changes = FactsChanges->new(agency => ($stress->agencies)[0], trips => $stress->{trips});
for my $name (FactsChanges::names())
{
	my ($change) = $changes->named($name);
	$db->begin_work;
	my $done = eval { ref $change ? $change->($db) : $db->do($change); 1 };
	ok($done || $db->state eq '23505', "the change '$name' is one the database takes") or diag($change, $@);
	$db->rollback;
}
$db->disconnect;

$stress->settle;
is_deeply([$stress->drift], [], 'the facts equal the recomputation before anything happens') or diag(FactsStress::drift_text($stress->drift));

$stress->poison(7, 23);
ok($stress->run(seconds => $seconds, kill => $seconds, switching => 1), "writers, refreshers, readers and faults ran for $seconds s (seed $seed)");
note($stress->counts_text);
$stress->poison(7, 23);
$stress->power_cut;
$stress->settle;
pass('the queue is empty afterwards');
is_deeply([$stress->drift], [], 'no fact has drifted') or diag("seed $seed\n" . FactsStress::drift_text($stress->drift));
is_deeply([$stress->left_over], [], 'and nothing is left over');
is($stress->{counts}{'writer lost against a refresher'} // 0, 0, 'no writer lost a deadlock against a refresher');

my $set_aside = $stress->set_aside;
cmp_ok(scalar @$set_aside, '>', 0, 'trips that cannot be built are shown by get_facts_stats');
is_deeply([grep { $_->[1] !~ /not a number/ } @$set_aside], [], '... with the reason') or diag(explain($set_aside));
$stress->cure;
$stress->settle;
is_deeply([$stress->drift, $stress->left_over], [], 'trips that could not be built are built once they are mended');

if ($ENV{STRESS_KEEP} && !Test::More->builder->is_passing)
{
	diag("database stress is kept (seed $seed)");
	VoygenTest::keep_database('stress');
}
done_testing();
