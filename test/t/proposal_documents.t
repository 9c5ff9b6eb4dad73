# What the client of each demo trip reads in the PDF: the hotels the advisor chose and no other, each at the price of the fixture, nothing
# that is not for him. And of trips as they should not be: the document is made all the same, and says what was put in.

use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Encode qw(decode);
use File::Temp qw(tempdir);
use IPC::Run ();
use JSON::PP;
use Test::More;
use Unicode::Normalize qw(NFKC);
use DemoModel;
use VoygenProgram;
use VoygenTest;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $name = 'proposal_documents';
my $database = fresh_database($name);
my $voygen = VoygenProgram->new($name);
my $json = JSON::PP->new->utf8;
my $folder = tempdir(CLEANUP => 1);
chomp($voygen->{token} = $voygen->run('demo', '--prepare')->{out});
is($voygen->run('demo')->{status}, 0, 'the demo trips are there');

my $work = do { local %ENV = $voygen->environment; IPC::Run::start([ VoygenProgram::program(), 'work', '--no-refresh' ], \'', '>', '/dev/null', '2>', '/dev/null') };
END { $work->kill_kill if $work }

sub call
{
	my ($tool, $arguments) = @_;
	my $run = $voygen->run({ in => $json->encode($arguments) }, 'call', $tool, '-');
	return $run->{status} eq '0' ? $json->decode($run->{out}) : { error => $json->decode(($run->{err} =~ /^(\{.*\})$/m)[0]) };
}

# The words of a document of a trip, as poppler reads them in the PDF and as they stand in the HTML.
sub text_of
{
	my ($uri) = @_;
	my $content = call('mcp.read_resource', { uri => $uri })->{contents}[0];
	return $content->{text} if defined $content->{text};
	require MIME::Base64;
	open my $file, '>:raw', "$folder/one.pdf" or die;
	print {$file} MIME::Base64::decode($content->{blob});
	close $file;
	return NFKC(decode('UTF-8', scalar qx(pdftotext -layout '$folder/one.pdf' -)));
}

sub made { my ($trip, %options) = @_; return call('generate_proposal', { trip_id => $trip, %options }) }
sub plain { my ($text) = @_; return lc(NFKC($text) =~ s/[\s\p{Cf}\x{ad}-]+//gr) }
sub money { my ($cents) = @_; my $text = sprintf '%d.%02d', int($cents / 100), $cents % 100; 1 while $text =~ s/^(\d+)(\d{3})/$1,$2/; return "\$$text" }

for my $trip (qw(cancun dublin rome tokyo))
{
	subtest $trip => sub {
		my $fixture = DemoModel::fixture($trip);
		my @listings = DemoModel::listings($fixture);
		my ($cheap) = sort { $a->{total} <=> $b->{total} } grep { !defined $_->{commission} } @listings;
		my ($paid) = sort { $b->{commission} <=> $a->{commission} } grep { defined $_->{commission} && $_->{same} ne $cheap->{same} } @listings;
		my ($slug) = map { $_->{slug} } grep { $_->{title} eq $fixture->{trip}{title} } @{ call('find_trips', { query => $fixture->{trip}{title} })->{trips} };
		my $made = made($slug, options => { hotels => [ $cheap->{key}, $paid->{key} ] });
		my $text = text_of($made->{pdf_uri});
		my $plain = plain($text);
		for my $hotel ($cheap, $paid)
		{
			like($plain, qr/\Q${\ plain($hotel->{name})}\E/, "$hotel->{name} is in it");
			like($text, qr/\Q${\ money($hotel->{total})}\E/, '... at ' . money($hotel->{total}));
		}
		my %chosen = map { (plain($_->{name}) => 1) } $cheap, $paid;
		my @others = grep { my $other = plain($_->{name}); length $other > 8 && !(grep { index($_, $other) >= 0 } keys %chosen) && index($plain, $other) >= 0 } @listings;
		is_deeply([ map { $_->{name} } @others ], [], 'no other hotel of ' . @listings);
		my @secret = grep { $text =~ /\Q$_\E/ } money($paid->{commission});
		is_deeply(\@secret, [], 'nor what it earns');
		my @odd = $text =~ /(commission|markup|navitrip|supplier|hotel_key|giata|undefined|\bnull\b|\bNaN\b|\[object|[{]{2}|[{]%|\bnone\b|voygen)/gi;
		is_deeply(\@odd, [], 'nor a word that is not for a client');
		my %totals = map { ($_->{total} => 1) } @{ $made->{totals} };
		is_deeply([ sort keys %totals ], [ sort map { (money($_->{total}) =~ s/[\$,]//gr) + 0 } $cheap, $paid ], 'the answer has the same totals');
	};
}

my @odd_names = ("O'Brien & <script>alert(1)</script>", 'فندق ليلى الكبير', '東京の春 🌸 ホテル', "Zoë \"the\" Größe \x{202e}desrever", '{{ agency.name }} {% raw %}');

sub odd_trip
{
	my ($title, %more) = @_;
	my $client = call('create_client', { name => $more{client} // 'Demo Client' });
	return call('create_trip', { client_id => $client->{slug}, title => $title, destination => 'Bergen', start_date => '2027-05-01', end_date => $more{end} // '2027-05-04', travelers => 2 })->{slug};
}

sub hotel
{
	my ($number, $name, %more) = @_;
	return { site_id => "h$number", name => $name, city => 'Bergen', lead_price => { amount => 100 + $number, currency => 'USD', basis => 'per_night' }, available => JSON::PP::true, %more };
}

subtest 'names of every kind' => sub {
	for my $i (0 .. $#odd_names)
	{
		my $trip = odd_trip("Trip $i $odd_names[$i]", client => $odd_names[$i]);
		call('ingest_hotels', { trip_id => $trip, site => 'web', check_in => '2027-05-01', check_out => '2027-05-04', hotels => [ hotel(1, $odd_names[$i], description => $odd_names[$i], address => $odd_names[$i]) ] });
		my $made = made($trip, options => { intro => $odd_names[$i] });
		my $html = text_of($made->{html_uri});
		unlike($html, qr/<script/i, "$odd_names[$i]: no element of it in the HTML");
		my $shown = plain($odd_names[$i] =~ s/\x{202e}//r);
		# What runs from right to left is read in the order of the eye; its letters are there all the same.
		my $text = plain(text_of($made->{pdf_uri}));
		if ($i == 1) { like($text, qr/\p{Arabic}{3}/, '... and its letters are drawn') }
		else { like($text, qr/\Q${\ substr($shown, 0, 8)}\E/, '... and it is in the PDF as it was given') }
	}
};

subtest 'too little and too much' => sub {
	my $made = made(odd_trip('No hotels at all'));
	is($made->{total}, undef, 'without hotels there is no total');
	like(join(' ', @{ $made->{warnings} }), qr/hotel/i, '... which is told');
	unlike(text_of($made->{pdf_uri}), qr/Your investment|\$0\.00/, '... and no price');

	my $many = odd_trip('Sixty hotels', end => '2027-06-10');
	call('ingest_hotels', { trip_id => $many, site => 'web', check_in => '2027-05-01', check_out => '2027-06-10', hotels => [ map { hotel($_, sprintf('House number %02d', $_)) } 1 .. 60 ] });
	call('add_activity', { trip_id => $many, title => "Walk of day $_", activity_date => sprintf('2027-05-%02d', $_) }) for 1 .. 31;
	call('add_activity', { trip_id => $many, title => "Walk of June $_", activity_date => sprintf('2027-06-%02d', $_) }) for 1 .. 9;
	$made = made($many, options => { hotels => [ map { "web:h$_" } 1, 60 ] });
	my $text = text_of($made->{pdf_uri});
	is_deeply([ sort map { $_ + 0 } $text =~ /House number (\d\d)/g ]->[0], 1, 'of sixty hotels the first that was chosen');
	is(scalar(grep { $_ != 1 && $_ != 60 } $text =~ /House number (\d\d)/g), 0, '... and none that was not');
	is(scalar(() = $text =~ /Walk of (?:day|June) \d+/g), 40, 'forty days are forty days');
	is(made($many, options => { hotels => [ map { "web:h$_" } 1 .. 60 ] })->{error}{path}, '/options/hotels', 'sixty at once are refused');
	for my $case ([ 'title', 'x' x 10_000_000 ], [ 'intro', 'x' x 10_000_000 ])
	{
		my $error = made($many, options => { $case->[0] => $case->[1] })->{error};
		is_deeply([ @$error{qw(code path)} ], [ 'invalid_argument', "/options/$case->[0]" ], "$case->[0]: ten million letters are refused");
	}
};

done_testing;
