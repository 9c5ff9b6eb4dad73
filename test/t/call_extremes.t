# Values at the edge of what a type allows, and texts made to be mistaken for something else, as every argument of every
# tool, one at a time: each call answers, or says with a code what the caller can mend. None ends in an internal error.

use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Test::More;
use CallTest;

my $door = CallTest->new('call_extremes');
my $owner = $door->owner;
my $json = JSON::PP->new->canonical->allow_nonref->allow_bignum;

# Given a trip with something of everything, so that calls get as far as they can
my $call = sub { return $door->call('admin', @_) };
$call->('create_client', { name => 'Demo Client' });
my $trip = $call->('create_trip', { client_id => 'demo-client', title => 'T', destination => 'Rome', start_date => '2026-05-01', end_date => '2026-05-05' });
$call->('ingest_hotels', { trip_id => $trip->{slug}, site => 'web', hotels => [map { { site_id => "h$_", name => "Hotel $_", available => JSON::PP::true, lead_price => { amount => 100 + $_, currency => 'USD', basis => 'per_night' } } } 1 .. 12] });
my $activity = $call->('add_activity', { trip_id => $trip->{slug}, title => 'Walk' });
my $booking = $call->('add_booking', { trip_id => $trip->{slug}, kind => 'hotel', price => { amount => 100, currency => 'USD' } });
my %known = (trip_id => $trip->{slug}, client_id => 'demo-client', leg_id => $trip->{leg_ids}[0], activity_id => $activity->{activity_id}, booking_id => $booking->{booking_id},
	site => 'web', hotel_key => 'web:h1', currency => 'USD', confirm => JSON::PP::true);

# Texts as JSON: for SQL, LIKE, formats, paths, dates, currencies and ids
my @texts = map { $json->encode($_) } (
	'', ' ', "\t\n", q{'}, q{''; drop table voygen.clients; --}, q{") or 1=1 --}, '$$', '$1', '\\', "\\'", '%', '_', '%%%%', '%s%n%x', '{}', '{"a": 1}', '[]', 'null', 'NaN', 'Infinity',
	'../../../etc/passwd', 'http://127.0.0.1/', '<script>', '=1+1', '*', '(', ')(', '[', '&', '|', '!', ':*', "a & ! | b <-> c", '"', '-', '--', '0', '-1', '9223372036854775807', '9223372036854775808',
	'١٢٣', "\x{202e}abc", "\x{200b}", "a\x{301}" x 50, 'ß' x 200, "\x{1f600}", "\x{feff}x", "\x{fffe}", 'İ', 'ﬁ', '2026-02-30', '0001-01-01', '9999-12-31', '5874897-12-31', '294276-12-31', 'infinity', '-infinity', 'epoch', 'now', 'today', 'x' x 300_000, 'a ' x 50_000);
my @surrogates = ('"\\ud83d\\ude00"', '"\\ud83d"', '"\\ude00"', '"\\ude00\\ud83d"', '"a\\u0000"', '"\\u0001\\u001f\\u007f"', '"\\uffff"');
my %edges = (
	string => [@texts, @surrogates],
	integer => [qw(0 -0 1 -1 2147483647 2147483648 -2147483649 9223372036854775807 -9223372036854775808 9223372036854775808 1e0 1e18 1e19 1e400000 -1e400000 1e-400000 1.0 0.1)],
	number => [qw(0 -0 0.0 -0.001 0.001 0.0000001 1e-30 1e10 1e11 99999999999.999 1e14 1e15 1e18 1e30 1e300 -1e300 1e400000 -1e400000 1e-400000 123456789012345678901234567890.123456789)],
	boolean => [qw(true false null)],
	array => ['[]', '[null]', '[[]]', '[{}]', '[1]', '["x"]', '["x","x"]', '[' . join(',', ('[') x 500) . (']' x 500) . ']', '[' . join(',', ('{}') x 10_001) . ']'],
	object => ['{}', '{"":1}', '{"a":{"b":{"c":1}}}', '{"__proto__":1}', '{"a":1,"a":1}', '{"\\u0000":1}', '{"\\ud800":1}', '{' . join(',', map { qq("k$_":1) } 1 .. 20_000) . '}', '{"' . ('k' x 100_000) . '":1}'],
);

# A value of the right kind that the trip above knows where it can.
sub sample
{
	my ($name, $schema) = @_;
	return $known{$name} if exists $known{$name};
	return $schema->{enum}[0] if $schema->{enum};
	my $type = ref $schema->{type} ? $schema->{type}[0] : $schema->{type} // 'string';
	return 1 if $type eq 'integer' || $type eq 'number';
	return JSON::PP::true if $type eq 'boolean';
	return [] if $type eq 'array';
	return { map { $_ => sample($_, $schema->{properties}{$_}) } @{ $schema->{required} // [] } } if $type eq 'object';
	return { date => '2026-05-02', 'date-time' => '2026-05-02T10:00:00Z' }->{ $schema->{format} // '' } // 'x';
}

# Every place of a value in the arguments: a list of [path, schema, sub (raw value) => whole arguments as text].
sub places
{
	my ($name, $schema, $wrap, $depth) = @_;
	my @places = ([$name, $schema, $wrap]);
	return @places if $depth > 3;
	if ($schema->{properties})
	{
		my $rest = sample('', { %$schema, type => 'object' });
		for my $part (sort keys %{ $schema->{properties} })
		{
			my %others = %$rest;
			delete $others{$part};
			my $before = join ',', map { $json->encode($_) . ':' . $json->encode($others{$_}) } sort keys %others;
			push @places, places("$name/$part", $schema->{properties}{$part},
				sub { return $wrap->('{' . join(',', length $before ? $before : (), $json->encode($part) . ':' . $_[0]) . '}') }, $depth + 1);
		}
	}
	push @places, places("$name/0", $schema->{items}, sub { return $wrap->("[$_[0]]") }, $depth + 1) if ref $schema->{items} eq 'HASH';
	return @places;
}

my $state = sub { return join ' ', map { $owner->selectrow_array("select md5(string_agg(t::text, ',' order by t::text)) from voygen.$_ t") // '' } qw(clients trips trip_legs hotel_cache bookings commission_rates agencies tokens) };
my $before = $state->();
my $gateway = $door->gateway;
$gateway->do('set client_min_messages = error');
my ($listed) = $gateway->selectrow_array("select voygen.tools(?, sha256('sunny:admin'))", undef, $door->agency('sunny'));
for my $tool (@{ $json->decode($listed) })
{
	my (@wrong, $tried);
	my $number = 0;
	for my $place (places('', $tool->{inputSchema}, sub { return $_[0] }, 0))
	{
		my ($path, $schema, $arguments) = @$place;
		$number++;
		my $type = ref $schema->{type} ? $schema->{type}[0] : $schema->{type};
		my @values = defined $type ? @{ $edges{$type} } : map { @$_ } @edges{qw(object number array)};
		# Deep inside there are many places: each gets a share of the values.
		my $share = ($path =~ tr{/}{}) > 1 ? 5 : 1;
		for my $value (@values[grep { $_ % $share == $number % $share } 0 .. $#values])
		{
			my $text = $arguments->($value);
			# What it would do is taken back: each call finds what the first found.
			$gateway->begin_work;
			my $answer = eval { $door->call_text('admin', $tool->{name}, $text) };
			my $error = defined $answer ? undef : CallTest::error_of($gateway);
			$gateway->rollback;
			$tried++;
			next if defined $answer && eval { ref $json->decode($answer) eq 'HASH' };
			push @wrong, "$path = " . substr($value, 0, 60) . ': ' . ($error ? $json->encode($error) : substr $answer, 0, 200)
				if !$error || $error->{code} !~ /^(invalid_argument|unknown_name|not_found|conflict|precondition_failed|not_allowed)$/ || $error->{state} !~ /^VG/;
		}
	}
	is(scalar @wrong, 0, "$tool->{name}: $tried values at the edge") or diag(join "\n", @wrong > 12 ? (@wrong[0 .. 11], @wrong . ' in all') : @wrong);
}
is($state->(), $before, 'no row of any table has changed');
is(($owner->selectrow_array("select count(*) from voygen.audit where outcome <> 'ok'"))[0], 0, 'nor has the audit');

done_testing;
