package RenderDifferential;

# Random templates rendered by Nunjucks and by ours, compared.
#
#   my $found = compare_random($node, $path, $seed, $count);   # {same, skipped, wrong => [ … ]}
#
# Skipped is what Nunjucks cannot do: templates it turns into JavaScript that is none, and values its filters trip over with
# an error of JavaScript's.

use strict;
use warnings;
use Exporter qw(import);
use JSON::PP;
use RenderTest;
use VoygenTest qw(checkout);

our @EXPORT = qw(compare_random);

my $their_own = qr/SyntaxError|TypeError|RangeError|ReferenceError|is not a function|Invalid array length|is not iterable/;

sub compare_random
{
	my ($node, $path, $seed, $count) = @_;
	local $ENV{NODE_PATH} = $path;
	open my $pipe, '-|', $node, checkout() . '/test/lib/render_random.mjs', $seed, $count or die "node: $!\n";
	my @lines = <$pipe>;
	close $pipe or die "render_random.mjs ended with status $?\n";
	die 'render_random.mjs made ' . @lines . " templates of $count\n" if @lines != $count;
	my %answer = render_batch(@lines);
	my %found = (same => 0, skipped => 0, wrong => []);
	for my $line (@lines)
	{
		my $case = decode_json($line);
		my $answer = $answer{ $case->{id} };
		if (exists $case->{error} && $case->{error} =~ $their_own)
		{
			$found{skipped}++;
			next;
		}
		my $same = exists $case->{error}
			? $answer->{error} && same_reason($answer->{error}{message}, $case->{error})
			: defined $answer->{output} && $answer->{output} eq $case->{expected};
		$same ? $found{same}++ : push @{ $found{wrong} }, { %$case, answer => $answer };
	}
	return \%found;
}

1;
