#!/usr/bin/env perl
# P-12 and P-13: a proposal of some 45 kB out of five templates, against npm nunjucks: rendered again and again, and compiled
# anew each time. Both sides render the same page, character for character, before a time counts; a figure is the CPU time
# of the process, its start taken off.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib";
use BenchKit;
use File::Path qw(make_path);
use JSON::PP;

my $checkout = "$FindBin::Bin/../..";
my $voygen = "$checkout/build/voygen";
my $pages = "$FindBin::Bin/render";
my $work = "$checkout/build/bench";
my $context = "$work/render_context.json";
my $json = JSON::PP->new->utf8->canonical;

# --- the same trip every time ----------------------------------------------------------------

my @words = qw(harbour terrace vineyard morning tram chapel "quiet" & market <small> lantern orchard bridge tasting cellar ferry stone
	gallery o'clock evening walled garden lighthouse ridge bakery);
my $state = 7;
sub below { my ($n) = @_; $state = ($state * 1103515245 + 12345) % 2**31; return int($state / 65536) % $n }
sub words { my ($n) = @_; return join ' ', map { $words[ below(scalar @words) ] } 1 .. $n }
sub price { return sprintf('%.2f', 20 + below(90000) / 100) + 0 }

sub hotel
{
	my ($n) = @_;
	return {
		key => "h$n", name => "Hotel \"Nº $n\" & Sons", street => "$n Rua do Porto", city => 'lisboa', marks => [ map { ('full', 'half')[ below(2) ] } 1 .. 4 ],
		pictures => [ map { { src => "https://img.example/h$n/$_.jpg", title => words(3) } } 1 .. 4 ], text => words(60),
		extras => [ map { words(2) } 1 .. 8 ], room => 'Double, sea view', meals => $n % 3 ? 'breakfast' : undef, score => 7 + below(30) / 10,
		nights => 1 + below(5), nightly => price(), total => price(), currency => 'EUR', free_until => $n % 2 ? "2027-05-$n" : undef,
	};
}

sub day
{
	my ($n) = @_;
	return {
		number => $n, date => sprintf('2027-05-%02d', $n), title => words(4), text => words(50), meals => [ 'breakfast', $n % 2 ? 'dinner' : 'lunch' ],
		ride => $n % 3 ? undef : { by => 'train', start => words(1), goal => words(1), minutes => 20 + below(100) },
		items => [ map { { at => sprintf('%02d:30', 8 + 2 * $_), what => words(6), price => $_ % 2 ? price() : undef, note => $_ % 3 ? words(8) : undef,
			optional => $_ == 3 ? JSON::PP::true : JSON::PP::false } } 1 .. 4 ],
	};
}

sub trip
{
	return {
		language => 'en', look => { ink => '#222', face => 'Vollkorn' }, show_prices => JSON::PP::true, terms => '<p>' . words(150) . '</p>',
		agency => { name => 'Sunny & Far', street => '1 High Street', town => 'Porto', phone => '+351 1' },
		advisor => { name => "Ana O'Hara", mail => 'ana@sunny.example' }, included => [ map { words(5) } 1 .. 8 ],
		client => { name => 'The <Parkers>', people => [ map { { name => words(2), age => 4 + 9 * $_ } } 0 .. 3 ] },
		trip => { reference => 'SF-77', state => 'draft', title => 'Portugal, slowly', from => '2027-05-01', until => '2027-05-11', greeting => words(60),
			total => 18234.5, currency => 'EUR' },
		hotels => [ map { hotel($_) } 1 .. 12 ], days => [ map { day($_) } 1 .. 10 ],
	};
}

make_path($work);
open my $out, '>', $context or die "cannot write $context: $!\n";
print {$out} $json->encode(trip());
close $out;

# --- both sides --------------------------------------------------------------------------------

my $node = `'$checkout/test/npm/install' render`;
chomp $node;
if ($? != 0 || !$node)
{
	missing($_, 'npm package nunjucks could not be installed') for qw(P-12 P-13);
	exit 0;
}
$ENV{NODE_PATH} = "$checkout/build/npm/render/node_modules";

# CPU seconds of a child, its own and the system's for it.
sub cpu_of
{
	my (@command) = @_;
	my (undef, undef, $user, $system) = times;
	open my $pipe, '-|', @command or die "$command[0]: $!\n";
	my $output = do { local $/; <$pipe> };
	close $pipe or die "@command ended with status $?\n";
	my (undef, undef, $user_after, $system_after) = times;
	return ($user_after + $system_after - $user - $system, $output);
}

sub ours
{
	my ($times, @more) = @_;
	return cpu_of($voygen, 'render', 'itinerary.njk', '--dir', $pages, '--context', $context, '--trim-blocks', '--lstrip-blocks', '--repeat', $times, @more);
}

sub theirs
{
	my (@what) = @_;
	return cpu_of($node, "$FindBin::Bin/other/nunjucks.js", $pages, 'itinerary.njk', $context, @what);
}

# Seconds a page takes.
sub ours_per_page
{
	my ($times, @more) = @_;
	return ((ours($times, @more))[0] - (ours(1, @more))[0]) / ($times - 1);
}

my $page = (ours(1))[1];
check_equal('pages', $page, (theirs('print'))[1]);
my $many = $ENV{BENCH_PAGES} // 4000;
for my $part ([ 'P-12', $many, 'warm', 'rendered again and again' ], [ 'P-13', int($many / 2), 'cold', 'compiled and rendered', '--compile' ])
{
	my ($id, $times, $kind, $note, @more) = @$part;
	my %time = in_turn(rounds(),
		ours => sub { ours_per_page($times, @more) },
		other => sub { (theirs($kind, int($times / ($kind eq 'warm' ? 4 : 20)) + 1))[1] });
	report($id, $time{other} / $time{ours}, per_second(1 / $time{ours}), per_second(1 / $time{other}),
		sprintf('pages of %d bytes per CPU second, %s', length $page, $note));
}
