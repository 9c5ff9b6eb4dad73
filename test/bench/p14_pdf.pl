#!/usr/bin/env perl
# P-14: a proposal of eight pages A4 with twelve photographs to PDF, the browser warm. `voygen pdf` against a bare client of
# the same Chromium (other/pdf_pipe.mjs) that loads and prints the same finished document. By the clock, because a dozen
# processes share the work and a client waits for them.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use BenchKit;
use BenchPhotographs;
use File::Temp qw(tempdir);

my $checkout = "$FindBin::Bin/../..";
my $program = '/usr/lib/chromium/chromium-headless-shell';
my $folder = tempdir('voygen-bench-XXXX', DIR => '/tmp', CLEANUP => 1);
chmod 0755, $folder;
# How often each side prints in a round; the first of them is not counted.
my $block = rounds() > 1 ? 4 : 2;

sub write_file
{
	my ($name, $content) = @_;
	open my $file, '>:raw', "$folder/$name" or die "$name: $!\n";
	print {$file} $content;
	close $file;
	return;
}

# What the template of a proposal makes: a cover, ten days, hotels in a grid, prices in a table.
sub make_document
{
	my $words = 'Breakfast above the harbour, then a walk through the old town with a guide who was born there. ';
	my $hotel = sub { return "<article><img src='photo$_[0].jpg' alt='Hotel $_[0]'><h3>Hotel number $_[0]</h3><p>$words</p><p class='price'>1,2$_[0]0.00 EUR</p></article>" };
	my $html = "<!doctype html><html lang='en'><head><meta charset='utf-8'><title>A week in Rome</title><style>
		\@page { size: A4; margin: 20mm 15mm; \@bottom-center { content: counter(page) ' of ' counter(pages); font: 8pt 'DejaVu Sans' } }
		body { margin: 0; font: 10pt/1.5 'DejaVu Sans' } header { background: linear-gradient(120deg, #124, #48a); color: #fff; padding: 24mm 12mm }
		section { break-before: page } .hotels { display: grid; grid-template-columns: 1fr 1fr; gap: 6mm } img { width: 100% } article { break-inside: avoid; border-radius: 3mm; box-shadow: 0 0 1mm #999 }
		table { width: 100%; border-collapse: collapse } td, th { border-bottom: 1px solid #ccc; padding: 1.5mm; text-align: left }</style></head><body>
		<header><h1>A week in Rome</h1><p>For the Anderson family</p></header><p>" . $words x 6 . '</p>';
	$html .= "<section><h2>Hotels, part $_</h2><div class='hotels'>" . join('', map { $hotel->($_) } 4 * $_ - 3 .. 4 * $_) . '</div></section>' for 1 .. 3;
	$html .= "<section><h2>Days, part $_</h2>" . join('', map { "<h3>Day $_</h3><p>" . $words x 5 . '</p>' } 1 .. 4) . '</section>' for 1 .. 3;
	$html .= '<section><h2>Prices</h2><table><tr><th>What</th><th>When</th><th>Price</th></tr>' . join('', map { "<tr><td>Item $_</td><td>Day $_</td><td>$_,250.00 EUR</td></tr>" } 1 .. 24) . '</table></section></body></html>';
	write_file('document.html', $html);
	return;
}

sub pages_of
{
	my ($name) = @_;
	return `pdfinfo '$folder/$name'` =~ /^Pages:\s+(\d+)/m ? $1 : 0;
}

sub print_ours
{
	my $said = `cd '$folder' && '$checkout/build/voygen' pdf document.html ours.pdf --resources . --repeat $block --verbose 2>&1`;
	die "voygen pdf: $said\n" if $?;
	my @times = $said =~ /12 resources, (\d+) ms/g;
	die "voygen pdf: $said\n" if @times != $block;
	return median(@times[1 .. $#times]) / 1000;
}

sub print_other
{
	my ($node) = @_;
	my $said = `'$node' '$FindBin::Bin/other/pdf_pipe.mjs' '$program' '$folder/document.html' '$folder/other.pdf' $block`;
	die "the bare client failed\n" if $?;
	my (undef, @times) = split ' ', $said;
	return median(@times) / 1000;
}

make_photographs($folder);
make_document();
my $node = `'$FindBin::Bin/../npm/install' bench`;
chomp $node;
my $peer = $? == 0;
my %time = in_turn(rounds(), ours => \&print_ours, $peer ? (other => sub { return print_other($node) }) : ());
check_equal('pages', pages_of('ours.pdf'), 8);
my $size = -s "$folder/ours.pdf";
report('P-14a', 0.7 / $time{ours}, duration($time{ours}), '0.7s', "a document of 8 pages and 12 photographs to a PDF of $size bytes by a warm browser");
if ($peer)
{
	check_equal('pages', pages_of('ours.pdf'), pages_of('other.pdf'));
	check_equal('words', `pdftotext '$folder/ours.pdf' - | md5sum`, `pdftotext '$folder/other.pdf' - | md5sum`);
	report('P-14b', $time{other} / $time{ours}, duration($time{ours}), duration($time{other}), 'the same by a bare client of the same Chromium over its pipe, from a file');
}
else
{
	missing('P-14b', 'Node.js could not be installed');
}
