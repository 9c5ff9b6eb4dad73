# The renders of Nunjucks' own test suite, where they lie beside the checkout: the same output, and for an error the same reason.
use strict;
use warnings;
use JSON::PP;
use Test::More;
use RenderTest;

my $file = shared_file('data/templates/nunjucks-vectors.json');
if (!defined $file)
{
	diag('skipped: the vectors of Nunjucks are not beside this checkout');
	plan skip_all => 'the vectors of Nunjucks are not beside this checkout';
}
# Perl's reader would lose the order of members.
open my $in, '-|', 'python3', '-c', 'import json, sys
for vector in json.load(open(sys.argv[1], encoding="utf-8"))["vectors"]: print(json.dumps(vector))', $file or die "python3: $!\n";
my @lines = <$in>;
close $in or die "python3 ended with status $?\n";
my %answer = render_batch(@lines);
my $passed = 0;
for my $vector (map { decode_json($_) } @lines)
{
	my $answer = $answer{ $vector->{id} };
	my $fine = exists $vector->{expected}
		? defined $answer->{output} && $answer->{output} eq $vector->{expected}
		: defined $answer->{error} && same_reason($answer->{error}{message}, $vector->{error}{reason});
	$passed++ if $fine;
	next if $fine;
	fail("$vector->{id}: $vector->{name}");
	diag(JSON::PP->new->canonical->pretty->encode({ vector => $vector, answer => $answer }));
}
is($passed, scalar @lines, 'every vector gives what Nunjucks gives');
cmp_ok(scalar @lines, '>', 600, 'they are all there');
done_testing();
