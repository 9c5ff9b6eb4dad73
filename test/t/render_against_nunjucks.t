# Random templates: what ours prints is what Nunjucks prints, blanks and escapes included. RENDER_SEED repeats a run,
# RENDER_CASES says how many; test/soak/render.sh does many more.
use strict;
use warnings;
use JSON::PP;
use Test::More;
use RenderDifferential;
use RenderTest;

my ($node, $path) = node_with_nunjucks();
if (!$node)
{
	fail('nunjucks can be installed');
	done_testing();
	exit 1;
}
my $seed = $ENV{RENDER_SEED} // 20261126;
my $cases = $ENV{RENDER_CASES} // 1500;
my $found = compare_random($node, $path, $seed, $cases);
is(scalar @{ $found->{wrong} }, 0, "$cases templates of seed $seed print what Nunjucks prints");
for my $case (grep { defined } @{ $found->{wrong} }[ 0 .. 4 ])
{
	delete $case->{context};
	diag(JSON::PP->new->canonical->pretty->encode($case));
}
cmp_ok($found->{same}, '>', $cases * 0.6, 'most of them are templates that Nunjucks can render');
done_testing();
