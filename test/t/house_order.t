# The house stays in order: the top level is the agreed one, files are short, nothing unfinished or bound to one machine
# is left, `make help` names every target, and continuous integration runs `make check` and nothing else.
use strict;
use warnings;
use Test::More;
use VoygenTest qw(checkout);

chdir checkout() or die "chdir: $!\n";
my @files = split /\0/, `git ls-files -z`;
plan skip_all => 'not a git checkout' unless @files;

sub content
{
	my ($name) = @_;
	open my $file, '<:raw', $name or return '';
	local $/;
	return scalar <$file>;
}

my %top;
$top{ (split m{/}, $_)[0] }++ for @files;
my @unknown = grep { !/^\./ && !/^(Makefile|extension|service|sql|migrations|test|README\.md)$/ } sort keys %top;
is_deeply(\@unknown, [], 'the top level has what was agreed and dot files');

my @sources = grep { /\.(c|h|sql|t|pm|py|spec|sh)$/ || /(^|\/)Makefile$/ } @files;
my @code = grep { !m{^extension/test/expected/} && !m{/fixtures/} } @sources;
my @long = grep { (content($_) =~ tr/\n//) > 800 } grep { !m{/data/} } @code;
is_deeply(\@long, [], 'no source is longer than 800 lines');

my $words = join '|', map { quotemeta } 'TO' . 'DO', 'FIX' . 'ME', 'not ' . 'implemented', 'for ' . 'now,';
my @unfinished = grep { content($_) =~ /\b(?:$words)(?!\w)/ } @code;
is_deeply(\@unfinished, [], 'nothing is marked as unfinished');

# The folders of whoever happened to write this have no business in it; test paths below /tmp are made by the tests.
my @bound = grep { content($_) =~ m{(?<![\w.\$\}/])/(?:work|home/[a-z]+|Users)/} } grep { -T $_ } @files;
is_deeply(\@bound, [], 'no path of one machine is in it');

my ($phony) = content('Makefile') =~ /^\.PHONY: ((?:.*\\\n)*.*)$/m;
my $help = `make -s help`;
my @silent = grep { $_ ne 'copy' && $help !~ /^  make \Q$_\E /m } grep { /^[a-z-]+$/ } split /[\s\\]+/, $phony;
is_deeply(\@silent, [], 'make help names every target');

my @commands = grep { !/^\s*(#|$)/ } split /\n/, content('.ci/run');
is_deeply(\@commands, ['cd "$(dirname "$0")/.." && exec make check'], '.ci/run runs make check and nothing else');

done_testing();
