# Our own cases, test/fixtures/render/*.jsonl: one template per line with what it prints, or the error with its place. What
# Nunjucks does too (all but lines that say "nunjucks": false) is asked of it as well, so that an expectation is not just ours.
use strict;
use warnings;
use File::Basename qw(basename);
use JSON::PP;
use Test::More;
use RenderTest;
use VoygenTest qw(checkout);

my %expected;
my @lines;
for my $file (sort glob checkout() . '/test/fixtures/render/*.jsonl')
{
	open my $in, '<', $file or die "cannot read $file: $!\n";
	while (my $line = <$in>)
	{
		my $case = decode_json($line);
		$expected{ $case->{id} } = $case;
		push @lines, $line;
	}
}
my %answer = render_batch(@lines);
for my $case (sort { $a->{id} cmp $b->{id} } values %expected)
{
	my $answer = $answer{ $case->{id} };
	if (exists $case->{expected})
	{
		is($answer->{output} // "error: $answer->{error}{message}", $case->{expected}, "$case->{id} prints what it should");
		next;
	}
	my ($ours, $wanted) = ($answer->{error} // { message => "no error but: $answer->{output}", line => 0, column => 0 }, $case->{error});
	like($ours->{message}, qr/^\Q$wanted->{message}\E/, "$case->{id} says what is wrong");
	is($ours->{line}, $wanted->{line}, "$case->{id} says in which line");
	is($ours->{column}, $wanted->{column}, "$case->{id} says in which column") if defined $wanted->{column};
}

my ($node, $path) = node_with_nunjucks();
if (!$node)
{
	fail('nunjucks can be installed');
	done_testing();
	exit 1;
}
local $ENV{NODE_PATH} = $path;
my %theirs = ask_nunjucks($node, grep { decode_json($_)->{nunjucks} // 1 } @lines);
for my $id (sort keys %theirs)
{
	my $case = $expected{$id};
	if (exists $case->{expected})
	{
		is($theirs{$id}{output} // "error: $theirs{$id}{error}", $case->{expected}, "$id: Nunjucks prints the same");
	}
	else
	{
		ok(same_reason($case->{error}{message}, $theirs{$id}{error} // ''), "$id: Nunjucks says the same") or diag(explain($theirs{$id}));
	}
}
done_testing();
