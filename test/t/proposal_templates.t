# The documents and e-mails a client gets, of four trips and of trips as they should not be: read, looked at, printed.

use strict;
use utf8;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Storable qw(dclone);
use Test::More;
use ProposalPages qw(fixture words wrong_words styles_of_money);

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $pages = ProposalPages->new;
my @documents = qw(standard luxury family condensed);
my @mails = qw(proposal-cover booking-confirmation);
my %trip = map { ($_ => fixture($_)) } qw(dublin rome cancun tokyo);
my %of_hotels = (map({ ($_ => '.hotel h3') } qw(standard luxury family)), condensed => '.legs tbody tr:not(.group) th bdi');

sub none { my ($what, @wrong) = @_; local $Test::Builder::Level = $Test::Builder::Level + 1; return ok(!@wrong, $what) || diag(join "\n", @wrong[0 .. ($#wrong > 9 ? 9 : $#wrong)]) }
sub hotels { my ($trip) = @_; return map { map { $_->{name} } @{ $_->{hotels} // [] } } @{ $trip->{legs} // [] } }

# Every amount of a payload, as a reader should find it.
sub amounts
{
	my ($value, $code, @found) = @_;
	return map { amounts($_, $code) } @$value if ref $value eq 'ARRAY';
	return () if ref $value ne 'HASH';
	for my $key (sort keys %$value)
	{
		push @found, ref $value->{$key} ? amounts($value->{$key}, $code) : $key =~ /amount$/ ? $value->{$key} : ();
	}
	return @found;
}
sub grouped { my ($amount) = @_; my $text = $amount =~ s/^-//r; 1 while $text =~ s/^(\d+)(\d{3})/$1,$2/; return $text }

# The same trip with another text in every place where a text may stand.
sub with_text
{
	my ($value, $text, $key) = @_;
	return [ map { with_text($_, $text, $key) } @$value ] if ref $value eq 'ARRAY';
	return { map { ($_ => with_text($value->{$_}, $text, $_)) } keys %$value } if ref $value eq 'HASH';
	return $value if ref $value || !defined $value || $value =~ /^-?[\d.]+$/;
	return $value if $key =~ /^(?:\w*_date|date|\w+_time|time|\w+_on|\w+_until|\w*amount|currency|status|kind|taxes|palette|path|check_in|check_out|lang|link)$/;
	return $text;
}

my $hostile = q(O'Brien & <script>alert(1)</script> "><img src=x onerror=alert(2)> </style><svg onload=alert(3)>);
my $long = 'Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch-' x 3 . ' and the Grand Historic Palace Hotel, Residences, Golf Club & Spa of the Old Harbour';
my %case = (
	hostile => with_text($trip{rome}, $hostile),
	long => with_text($trip{rome}, $long),
	arabic => with_text($trip{cancun}, 'فندق ليلى 東京の春 🌸 O\'Brien'),
	bare => { (map { ($_ => $trip{dublin}{$_}) } qw(reference version status created_on currency client)), agency => { name => 'A' }, trip => { title => 'T', destination => 'D' } },
	scarce => {
		%{ $trip{tokyo} },
		legs => [{ city => 'Tokyo', hotels => [{ name => 'One' }, { name => 'Two', total_amount => '10.00' }, { name => 'Three', nightly_amount => '5.00', taxes => 'unknown' }] }, { city => 'Nowhere' }],
		flights => [{ from => 'SFO', to => 'HND' }], transfers => [{ from => 'HND' }, { kind => 'Bus' }], days => [{ title => 'A day' }], activities => [{ title => 'Alone' }],
		pricing => { lines => [{ label => 'All', amount => '10.00' }] }, payments => [{ kind => 'final', due_on => '2027-01-01', amount => '10.00' }],
	},
	no_hotels => do { my $it = dclone $trip{dublin}; delete $_->{hotels} for @{ $it->{legs} }; $it },
	sixty => do { my $it = dclone $trip{dublin}; $it->{legs}[0]{hotels} = [ map { { %{ $trip{dublin}{legs}[0]{hotels}[0] }, name => "Hotel number $_" } } 1 .. 60 ]; $it },
	forty_days => do { my $it = dclone $trip{dublin}; $it->{days} = [ map { $trip{dublin}{days}[ $_ % 8 ] } 1 .. 40 ]; $it },
);
$case{hostile}{reference} = 'R"; } body { display: none } "' . "\n\\";
$case{hostile}{agency}{theme} = { primary => '#fff;}body{display:none', dark => 'url(http://evil.example/)', accent => '#12345g' };
# Colours of an agency that nobody could read as text on white or under white.
$case{pale} = { %{ $trip{dublin} }, agency => { %{ $trip{dublin}{agency} }, theme => { primary => '#ffe066', dark => '#fff3bf', accent => '#fff9db' } } };
$case{two_tones} = { %{ $trip{dublin} }, agency => { %{ $trip{dublin}{agency} }, theme => { primary => '#ffe066', dark => '#1a1a40' } } };
$case{$_} = { %{ $trip{dublin} }, agency => { %{ $trip{dublin}{agency} }, theme => { palette => $_ } } } for qw(professional-blue luxury-gold minimal-gray vibrant-teal sunset-orange);

my @wanted = (map({ my $name = $_; map { [ $name, $_, $trip{$_} ] } sort keys %trip } @documents), map({ [ $_, 'dublin', $trip{dublin} ] } @mails),
	map({ [ 'standard', $_, $case{$_} ] } sort keys %case), map({ my $name = $_; map { [ $name, $_, $case{$_} ] } qw(hostile long scarce) } qw(luxury family condensed), @mails));
my %html;
@html{ map { "$_->[0] $_->[1]" } @wanted } = @{ $pages->render(map { [ $_->[0], $_->[2] ] } @wanted) };

for (@wanted)
{
	my ($template, $name, $trip) = @$_;
	my $html = $html{"$template $name"};
	subtest "$template, $name" => sub {
		none('no word that is not for clients', wrong_words($html));
		my @styles = styles_of_money($html);
		cmp_ok(scalar @styles, '<=', 1, 'one way to write money') or diag("@styles");
		none('well made', $pages->measure($html, 'markup'));
		none('everything can be read', $pages->measure($html, 'contrasts'));
		is_deeply([ $pages->texts($html, $of_hotels{$template}) ], [ hotels($trip) ], 'the hotels of the proposal, and no other') if $of_hotels{$template};
		none('it fits 360 pixels', $pages->measure($html, 'overflow', 360));
	};
}

subtest 'what is read' => sub {
	for my $name (sort keys %trip)
	{
		my $read = words($html{"standard $name"});
		none("$name: every amount", grep { index($read, grouped($_)) < 0 } amounts([ @{ $trip{$name} }{qw(legs options pricing payments)} ]));
		none('... everything planned', grep { index($read, $_) < 0 } map { $_->{title} } map { @{ $_ // [] } } @{ $trip{$name} }{qw(entry days activities next_steps)});
	}
	like(words($html{'standard rome'}), qr/Taxes and fees included.*Your investment/, 'a price says how it stands with taxes');
	like(words($html{'standard tokyo'}), qr/Taxes and fees not included/, '... when they are not in it, too');
	like($html{'standard rome'}, qr/Thursday, September 10, 2026/, 'dates are written out');
	unlike(words($html{'standard dublin'}), qr/\d{4}-\d\d-\d\d/, '... everywhere');
	is((() = $html{'standard bare'} =~ /<section/g), 1, 'what has no data has no section: left is how to answer');
	like(join('', $pages->texts($html{'standard hostile'}, 'h1')), qr/\Q$hostile\E/, 'a hostile name is shown as it is');
	cmp_ok($pages->opened($html{'standard hostile'}, 820)->value('document.body.getBoundingClientRect().height'), '>', 1000, '... and the page stands');
	my @plain = @{ $pages->render(map { my $name = $_; map { [ "$name.txt", $_ ] } $trip{dublin}, $case{hostile} } @mails) };
	like($plain[0], qr/^Dear Eleanor and James Whitfield,\n\nYou asked.*\$5,391\.92/s, 'the plain form of the cover');
	like($plain[2], qr/WHAT IS BOOKED\n\n\* United, .*\$3,426\.00.*Confirmation number WRN-448102/s, '... of the confirmation');
	like($_, qr/\QO'Brien & <script>\E/, '... in which a text is as it was') for @plain[ 1, 3 ];
	none('... with no word that is not for clients', map { wrong_words($_) } @plain);
};

subtest 'on paper' => sub {
	for my $of (map({ "standard $_" } sort keys %trip), 'luxury rome', 'family cancun', 'condensed dublin', 'standard sixty', 'standard forty_days')
	{
		none("$of: no heading stands alone at the foot", $pages->stranded($html{$of}));
	}
	my @printed = $pages->printed($html{'standard rome'});
	for my $number (1 .. @printed)
	{
		my $text = join "\n", map { $_->{text} } @{ $printed[ $number - 1 ]{lines} };
		like($text, qr/Page $number of ${\ scalar @printed}\b/, "page $number says so");
		like($text, qr/ROME-AMALFI-2026/, '... and to what it belongs');
		ok($printed[ $number - 1 ]{draft}, '... and that it is a draft');
	}
	my @sent = $pages->printed($html{'condensed dublin'});
	ok(!(grep { $_->{draft} } @sent), 'what was sent is no draft');
	cmp_ok(scalar @sent, '<=', 3, 'condensed is short');
};

subtest 'each measure objects to what it is there for' => sub {
	my $good = $html{'standard dublin'};
	isnt(scalar($pages->measure($good =~ s/<h3/<div style="width:400px">x<\/div><h3/r, 'overflow', 360)), 0, 'a box wider than a telephone');
	isnt(scalar($pages->measure($good =~ s/--soft: #4b5864/--soft: #9aa5b1/r, 'contrasts')), 0, 'gray on white');
	isnt(scalar($pages->measure($good =~ s/--on-band: #ffffff/--on-band: #5f86bd/r, 'contrasts')), 0, 'blue on a blue gradient');
	isnt(scalar($pages->measure($good =~ s/<h2/<h4>x<\/h4><h2/r, 'markup')), 0, 'a heading out of order');
	isnt(scalar($pages->measure($good =~ s/<main>/<main><img src="http:\/\/elsewhere.example\/" alt="x">/r, 'markup')), 0, 'an address elsewhere');
	isnt(scalar($pages->measure($html{'standard hostile'} =~ s/&lt;/</gr =~ s/&gt;/>/gr =~ s/&quot;/"/gr, 'markup')), 0, 'markup that was not escaped');
	isnt(scalar(wrong_words($good =~ s/Wren/undefined/r)), 0, 'a word of ours');
	isnt(scalar(wrong_words($good =~ s/Guests/Commission/r)), 0, 'what the agency earns');
	my $mixed = $good;
	$mixed =~ s{(<span class="amount">)[^<]*<}{${1}180.00 USD<};
	cmp_ok(scalar(my @styles = styles_of_money($mixed)), '>', 1, 'two ways to write money');
	my $tall = join '', map { qq(<section style="break-before:page"><div style="height:${_}mm">x</div><h2>A heading alone</h2><p>Its text.</p></section>) } map { 222 + 3 * $_ } 0 .. 7;
	isnt(scalar(my @stranded = $pages->stranded($good =~ s/break-after: avoid/break-after: auto/gr =~ s{<main>.*</main>}{<main>$tall</main>}sr)), 0, 'a heading at the foot');
	is(scalar(my @kept = $pages->stranded($good =~ s{<main>.*</main>}{<main>$tall</main>}sr)), 0, '... which the style sheet prevents');
};

done_testing();
