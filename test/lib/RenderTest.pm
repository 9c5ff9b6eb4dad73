package RenderTest;

# Renders templates by `voygen render --batch` and compares what comes out.
#
#   my %answer = render_batch(@lines);      # JSON, the order of members kept; by id: {id, output} or {id, error}
#   same_reason($ours, $theirs)             # whether two errors mean the same

use strict;
use warnings;
use Exporter qw(import);
use File::Temp ();
use JSON::PP;
use VoygenTest qw(checkout);

our @EXPORT = qw(render_batch ask_nunjucks same_reason shared_file node_with_nunjucks);

my $json = JSON::PP->new->utf8->allow_nonref;

sub program { return $ENV{VOYGEN_RENDER_PROGRAM} // checkout() . '/build/voygen' }

# Answers, one per line, by id.
sub _answers
{
	my ($lines, @command) = @_;
	my $file = File::Temp->new;
	print {$file} map { /\n\z/ ? $_ : "$_\n" } @$lines;
	close $file;
	open my $pipe, '-|', 'sh', '-c', 'in=$1; shift; exec "$@" <"$in"', 'sh', "$file", @command or die "@command: $!\n";
	my %answers = map { my $answer = $json->decode($_); ($answer->{id} => $answer) } <$pipe>;
	close $pipe or die "@command ended with status $?\n";
	return %answers;
}

sub render_batch { return _answers(\@_, program(), 'render', '--batch') }

# The same of Nunjucks: {id, output} or {id, error}.
sub ask_nunjucks
{
	my ($node, @lines) = @_;
	return _answers(\@lines, $node, checkout() . '/test/lib/render_nunjucks.mjs');
}

# Nunjucks puts one line for each template that includes another before the reason, and the class of the error.
sub same_reason
{
	my ($ours, $theirs) = @_;
	return $theirs =~ /(?:\A|\n\s*|[Ee]rror: )\Q$ours\E\z/;
}

# A file of the data that lies beside a checkout in some places; nothing where it is not there.
sub shared_file
{
	my ($name) = @_;
	for my $up ('..', '../..')
	{
		my $path = checkout() . "/$up/shared/$name";
		return $path if -e $path;
	}
	return;
}

# Node.js and the environment it finds nunjucks with; nothing when the package cannot be had.
sub node_with_nunjucks
{
	my $checkout = checkout();
	my $node = `'$checkout/test/npm/install' render`;
	chomp $node;
	return $? == 0 && -x $node ? ($node, "$checkout/build/npm/render/node_modules") : ();
}

1;
