package ProposalPages;

# Proposals as a reader gets them: rendered by build/voygen, looked at in Chromium, printed and read back from the PDF. Every
# measure answers what is wrong, as lines of text, so that a test can also show that it objects to a page that is spoiled.
#
#   my $pages = ProposalPages->new;
#   my $html = $pages->render(['standard', $context], ['luxury', $context]);   # list of documents, in order
#   my @wrong = $pages->measure($html->[0], overflow => 360);                  # or contrasts, markup
#   my @wrong = $pages->stranded($html->[0]);

use strict;
use utf8;
use warnings;
use Cpanel::JSON::XS ();
use Encode qw(decode encode);
use File::Temp qw(tempdir);
use IPC::Run ();
use JSON::PP;
use MIME::Base64;
use Chromium;
use Exporter qw(import);
use VoygenTest qw(checkout);

our @EXPORT_OK = qw(fixture words wrong_words styles_of_money);

my $json = Cpanel::JSON::XS->new->utf8->canonical;
# A dot that is stretched to the size its slot says.
my $dot = 'data:image/gif;base64,R0lGODlhAQABAIAAAMzMzP///yH5BAEAAAEALAAAAAABAAEAAAICRAEAOw==';

sub slurp { my ($path) = @_; open my $file, '<:raw', $path or die "$path: $!\n"; local $/ = undef; return scalar <$file> }

sub fixture { my ($name) = @_; return $json->decode(slurp(checkout() . "/test/fixtures/proposals/$name.json")) }

sub new
{
	my ($class) = @_;
	return bless { browser => Chromium->new, folder => tempdir(CLEANUP => 1), measures => decode('UTF-8', slurp(checkout() . '/test/lib/page_measures.js')) }, $class;
}

# A render has a quarter of a second, by the clock; on a machine that is busy with other tests one may need another try.
sub render
{
	my ($self, @wanted) = @_;
	my @output;
	for my $try (1 .. 5)
	{
		my @left = grep { !defined $output[$_] } 0 .. $#wanted;
		last if !@left;
		my $in = join '', map { $json->encode({ id => $_, name => "$wanted[$_][0].njk", context => $wanted[$_][1] }) . "\n" } @left;
		my ($out, $err) = ('', '');
		IPC::Run::run([ checkout() . '/build/voygen', 'render', '--batch', '--dir', checkout() . '/service/templates/proposals' ], \$in, \$out, \$err) or die "voygen render: $err\n";
		for (map { $json->decode($_) } split /\n/, $out)
		{
			die "$wanted[$_->{id}][0]: " . $json->encode($_->{error}) . "\n" if $_->{error} && $_->{error}{message} !~ /takes longer/;
			$output[ $_->{id} ] = $_->{output};
		}
	}
	die "rendering takes too long\n" if grep { !defined $output[$_] } 0 .. $#wanted;
	return \@output;
}

sub opened
{
	my ($self, $html, $width) = @_;
	my $page = $self->{pages}{$width} //= $self->{browser}->page(width => $width, height => 800);
	return $page if ($self->{shown}{$width} // '') eq $html;
	$self->{shown}{$width} = $html;
	$page->content($html =~ s/src="images\/[^"]*"/src="$dot"/gr);
	return $page;
}

sub measure
{
	my ($self, $html, $measure, $width) = @_;
	my $page = $self->opened($html, $width // 820);
	return @{ $page->value("$self->{measures}.$measure()") };
}

sub texts
{
	my ($self, $html, $selector) = @_;
	return @{ $self->opened($html, 820)->value('[...document.querySelectorAll(' . JSON::PP->new->allow_nonref->encode($selector) . ')].map(e => e.textContent)') };
}

# Pages of the printed document, each {draft, lines}: whether the large letters of the watermark are there, and the other lines
# {text, bottom} from top to bottom, those of the margins too.
sub printed
{
	my ($self, $html) = @_;
	return @{ $self->{printed}{$html} } if $self->{printed}{$html};
	my $page = $self->opened($html, 820);
	my $pdf = decode_base64($page->command('Page.printToPDF', { preferCSSPageSize => JSON::PP::true, printBackground => JSON::PP::true })->{data});
	my $path = "$self->{folder}/page.pdf";
	open my $file, '>:raw', $path or die "$path: $!\n";
	print {$file} $pdf;
	close $file;
	my $boxes = decode('UTF-8', scalar `pdftotext -bbox-layout '$path' -`);
	my @pages;
	for my $inside ($boxes =~ m{<page [^>]*>(.*?)</page>}sg)
	{
		my (@lines, @large);
		while ($inside =~ m{<line xMin="([\d.]+)" yMin="([\d.]+)"[^>]*yMax="([\d.]+)">(.*?)</line>}sg)
		{
			my ($left, $top, $bottom, $line) = ($1, $2, $3, $4);
			my $text = join ' ', $line =~ m{<word [^>]*>([^<]*)</word>}g;
			$text =~ s/&(amp|lt|gt|quot|apos);/{ amp => '&', lt => '<', gt => '>', quot => '"', apos => "'" }->{$1}/ge;
			push @{ $bottom - $top > 100 ? \@large : \@lines }, { text => $text, left => $left, bottom => $bottom };
		}
		my $written = join '', map { $_->{text} } sort { $a->{left} <=> $b->{left} } @large;
		push @pages, { draft => scalar($written =~ /D\s*R\s*A\s*F\s*T/), lines => [ sort { $a->{bottom} <=> $b->{bottom} } @lines ] };
	}
	$self->{printed}{$html} = \@pages;
	return @pages;
}

# Headings that stand last on a page, with what they head on the next. The bottom margin is 20 mm (16 in condensed) of 842 points.
sub stranded
{
	my ($self, $html) = @_;
	my @pages = $self->printed($html);
	my @headings = map { squeezed($_) } $self->texts($html, 'h2, h3, .group th');
	my @wrong;
	for my $number (1 .. $#pages)
	{
		my ($last) = reverse grep { $_->{bottom} < 842 - 45 } @{ $pages[ $number - 1 ]{lines} } or next;
		my $text = squeezed($last->{text});
		push @wrong, "page $number ends with \"$last->{text}\"" if grep { $_ eq $text || length $text > 5 && /\Q$text\E$/ } @headings;
	}
	return @wrong;
}

sub squeezed { my ($text) = @_; return $text =~ s/\s+//gr }

# ---- words

# What a reader sees of a document, as text.
sub words
{
	my ($html) = @_;
	my $text = $html =~ s{<style.*?</style>}{}sgr =~ s{<[^>]*>}{ }gr;
	$text =~ s/&(?:amp|#38);/&/g;
	$text =~ s/&(?:#39|apos);/'/g;
	$text =~ s/&(?:quot|#34);/"/g;
	$text =~ s/&lt;/</g;
	$text =~ s/&gt;/>/g;
	return $text =~ s/\s+/ /gr;
}

# Words that no client may read, wherever they stand, attributes and style sheet too.
sub wrong_words
{
	my ($html) = @_;
	my @wrong = map { "\"$_\"" } $html =~ /(\b(?:commission|mark-?up|net price|internal|undefined|null|NaN|navitrip|cpmaxx|trisept|giata)\b|\[object|\{\{|\{%|&amp;#?\w+;|trip_id|hotel_key)/gi;
	push @wrong, 'an empty title' if $html =~ m{<title>\s*</title>};
	return @wrong;
}

# In how many ways prices are written: sign, code before, code behind, bare.
sub styles_of_money
{
	my ($html) = @_;
	my $text = words($html);
	my %style;
	while ($text =~ /(?<before>[A-Z]{3}\s?|[A-Z]{0,2}[\$€£¥])?(?<![\w.,])(?<number>\d{1,3}(?:,\d{3})*\.\d{2}|\d+\.\d{2}(?!\d))(?<behind>\s?(?:[A-Z]{3}\b|[€£\$](?!\d)))?/g)
	{
		my ($before, $behind) = ($+{before} // '', $+{behind} // '');
		$style{ join ' ', ($before =~ /[A-Z]{3}/ ? 'code before' : $before ? 'sign before' : ()), ($behind ? 'behind' : ()), ($before || $behind ? () : 'bare') }++;
	}
	return sort keys %style;
}

1;
