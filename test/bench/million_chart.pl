#!/usr/bin/env perl
# test/bench/million_chart.pl TABLE > CHART.svg: how the p99 of P-10 grows with the number of trips, from the table that
# BENCH_MILLION_TABLE names. Both axes are logarithmic; one line for the slowest kind of each group,
# one for the goal. Colours follow the reader's light or dark theme.
use strict;
use warnings;
use List::Util qw(max min);

my ($width, $height) = (760, 440);
my ($left, $right, $top, $bottom) = (70, 190, 56, 60);
my @groups = ([ filter => 'filters' ], [ words => 'words' ], [ sort => 'orders' ], [ cursor => 'cursor pages' ]);
my $goal = 5;

sub read_table
{
	my ($file) = @_;
	my %p99;
	open my $in, '<', $file or die "cannot read $file: $!\n";
	while (<$in>)
	{
		chomp;
		my ($trips, $group, undef, undef, $p99) = split /\t/;
		push @{ $p99{$group}{$trips} }, $p99 / 1000 if $trips =~ /^\d+$/ && defined $p99 && $p99 =~ /^\d+$/;
	}
	die "$file has no times\n" unless %p99;
	return \%p99;
}

sub log10 { return log($_[0]) / log 10 }
sub commas { my $text = reverse $_[0]; $text =~ s/(\d{3})(?=\d)/$1,/g; return scalar reverse $text }

my $p99 = read_table($ARGV[0] // die "usage: million_chart.pl TABLE\n");
my @sizes = sort { $a <=> $b } keys %{ (values %$p99)[0] };
my @values = map { @$_ } map { values %$_ } values %$p99;
my ($low, $high) = (min(0.5, min(@values)), max(10, 1.2 * max(@values)));
my ($least, $most) = (log10($sizes[0]), log10($sizes[-1] > $sizes[0] ? $sizes[-1] : 10 * $sizes[0]));

sub across { return sprintf '%.1f', $left + ($width - $left - $right) * (log10($_[0]) - $least) / ($most - $least) }
sub upward { return sprintf '%.1f', $height - $bottom - ($height - $top - $bottom) * (log10($_[0]) - log10($low)) / (log10($high) - log10($low)) }

# Names at the ends of the lines, moved apart where they would lie on each other.
sub apart
{
	my @names = sort { $a->{y} <=> $b->{y} } @_;
	for my $i (1 .. $#names)
	{
		$names[$i]{y} = $names[ $i - 1 ]{y} + 16 if $names[$i]{y} < $names[ $i - 1 ]{y} + 16;
	}
	return @names;
}

print <<"SVG";
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 $width $height" width="$width" height="$height" role="img" aria-labelledby="title">
<title id="title">p99 of query_trip_facts against the number of trips, both logarithmic</title>
<style>
svg { --ink: #1c2330; --faint: #c9ced8; --paper: #ffffff; --filter: #0b62c4; --words: #b4460b; --sort: #1b7f3b; --cursor: #7a3fb0; --goal: #c01530; background: var(--paper); }
\@media (prefers-color-scheme: dark) { svg { --ink: #e6e9ef; --faint: #3d4552; --paper: #11151c; --filter: #6cb2ff; --words: #ff9d5c; --sort: #5fd07f; --cursor: #c79bf2; --goal: #ff6b81; } }
text { font: 13px system-ui, sans-serif; fill: var(--ink); }
.head { font-size: 15px; font-weight: 600; }
.grid { stroke: var(--faint); stroke-width: 1; }
.line { fill: none; stroke-width: 2.5; }
.goal { stroke: var(--goal); stroke-width: 1.5; stroke-dasharray: 6 4; }
</style>
<rect width="$width" height="$height" fill="var(--paper)"/>
<text class="head" x="$left" y="26">query_trip_facts through voygen.call: p99 of the slowest kind of question</text>
<text x="$left" y="${\($top - 12)}">CPU milliseconds</text>
<text x="${\(($left + $width - $right) / 2)}" y="${\($height - 14)}" text-anchor="middle">trips of the agency</text>
SVG

for my $value (grep { $_ >= $low && $_ <= $high } 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000)
{
	my $y = upward($value);
	print qq{<line class="grid" x1="$left" x2="${\($width - $right)}" y1="$y" y2="$y"/><text x="${\($left - 8)}" y="${\($y + 4)}" text-anchor="end">$value</text>\n};
}
for my $size (@sizes)
{
	my $x = across($size);
	print qq{<line class="grid" x1="$x" x2="$x" y1="$top" y2="${\($height - $bottom)}"/><text x="$x" y="${\($height - $bottom + 20)}" text-anchor="middle">${\commas($size)}</text>\n};
}
my @names;
for my $group (@groups)
{
	my ($key, $name) = @$group;
	my $of = $p99->{$key} or next;
	my @points = map { [ across($_), upward(max(@{ $of->{$_} })) ] } @sizes;
	print qq{<polyline class="line" stroke="var(--$key)" points="${\join(' ', map { "$_->[0],$_->[1]" } @points)}"/>\n};
	print qq{<circle cx="$_->[0]" cy="$_->[1]" r="4" fill="var(--$key)"/>\n} for @points;
	push @names, { y => $points[-1][1], name => sprintf('%s, %.1f', $name, max(@{ $of->{ $sizes[-1] } })), colour => $key };
}
my $y = upward($goal);
print qq{<line class="goal" x1="$left" x2="${\($width - $right)}" y1="$y" y2="$y"/>\n};
push @names, { y => $y, name => "goal, $goal", colour => 'goal' };
print qq{<text x="${\($width - $right + 10)}" y="${\($_->{y} + 4)}" style="fill: var(--$_->{colour})">$_->{name}</text>\n} for apart(@names);
print "</svg>\n";
