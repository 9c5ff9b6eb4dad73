# Hostile arguments to every tool in the catalogue: each gets a clear error with a path, and leaves nothing behind.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Test::More;
use JSON::PP;
use CallTest;

my $door = CallTest->new('call_hostile');
my $owner = $door->owner;
my $json = JSON::PP->new->canonical->allow_nonref->allow_bignum;

# Given some rows
my $client = $door->call('admin', 'create_client', { name => 'Ann' });
my $trip = $door->call('admin', 'create_trip', { client_id => $client->{slug}, title => 'T', destination => 'Rome', start_date => '2026-05-01', end_date => '2026-05-05' });

my $tables = $owner->selectcol_arrayref("select format('select %L, count(*), md5(string_agg(t::text, chr(10) order by t::text)) from %s t', c.oid::regclass, c.oid::regclass)
	from pg_class c where relnamespace = 'voygen'::regnamespace and relkind in ('r', 'p') order by 1");
sub state_of_rows { return join "\n", map { join ' ', map { $_ // '' } $owner->selectrow_array($_) } @$tables }
my $before = state_of_rows();

my ($listed) = $door->gateway->selectrow_array("select voygen.tools(?, sha256('sunny:admin'))", undef, $door->agency('sunny'));
my @tools = @{ $json->decode($listed) };
ok(@tools > 5, 'there are tools: ' . @tools);
is_deeply($owner->selectall_arrayref('select * from voygen.tool_problems()'), [], 'and the catalogue has no fault');

# A value of the right kind for a schema, so that one wrong property is the only fault
sub sample
{
	my ($schema) = @_;
	return $schema->{examples}[0] if $schema->{examples};
	return $schema->{enum}[0] if $schema->{enum};
	my $type = $schema->{type} // 'string';
	return 1 if $type eq 'integer' || $type eq 'number';
	return JSON::PP::true if $type eq 'boolean';
	return [] if $type eq 'array';
	return { map { $_ => sample($schema->{properties}{$_}) } @{ $schema->{required} // [] } } if $type eq 'object';
	return { date => '2026-05-01', 'date-time' => '2026-05-01T10:00:00Z', uuid => '00000000-0000-0000-0000-000000000000',
		duration => 'P1D', email => 'a@b.example', id => '1' }->{ $schema->{format} // '' } // ('x' x ($schema->{minLength} // 1));
}

# What a value of that schema can never be
sub wrong_values
{
	my ($schema) = @_;
	my $type = $schema->{type};
	return () if !defined $type;	# any value goes
	my %wrong = (
		string => ['[]', '{}', 'true', '1.5', '-1'],
		integer => ['"x"', '1.5', '1e400', '-1e400', '99999999999999999999', 'true', '[]', '{}'],
		number => ['"x"', 'true', '[]', '{}', '"1,5"', '"NaN"', '"Infinity"'],
		boolean => ['"true"', '1', '[]'],
		array => ['{}', '"x"', '1'],
		object => ['[]', '"x"', '1', '{"no_such_name":1}']);
	my @values = @{ $wrong{$type} };
	@values = grep { $_ ne '{"no_such_name":1}' } @values if $type eq 'object' && !exists $schema->{additionalProperties};
	push @values, '"no such word"' if $schema->{enum};
	push @values, '"2026-13-45"', '"yesterday"' if ($schema->{format} // '') eq 'date';
	return @values;
}

# refused($name, $tool, $text, $path): an error of the two codes, with that path, in reasonable time
my $checks = 0;
sub refused
{
	my ($name, $tool, $text, $path, $code) = @_;
	my $error = $door->fails('admin', $tool, $text);
	$checks++;
	return pass("$name") if $error->{code} =~ ($code // qr/^(invalid_argument|unknown_name)$/) && (!defined $path || ($error->{path} // '') eq $path)
		&& ($error->{expected} // '') ne '' && ($error->{got} // '') ne '';
	fail($name);
	diag($json->encode($error), ' for ', substr($text, 0, 200));
	return;
}

sub with_raw
{
	my ($arguments, $name, $raw) = @_;
	my %rest = %$arguments;
	delete $rest{$name};
	return '{' . join(',', (map { $json->encode("$_") . ':' . $json->encode($rest{$_}) } sort keys %rest), $json->encode($name) . ":$raw") . '}';
}

my $deep = ('[' x 10000) . (']' x 10000);
my $million = '[' . join(',', (1) x 1_000_000) . ']';
for my $tool (@tools)
{
	my $name = $tool->{name};
	my $schema = $tool->{inputSchema};
	my $arguments = sample($schema);

	refused("$name: text that is not JSON", $name, $_, undef) for ('', '{', '{"a":}', "{'a':1}", 'null', '[]', '5', '"x"', '{} {}', "\x{feff}{}", '{"a":1,}');
	refused("$name: a name nobody knows", $name, with_raw($arguments, 'no_such_name', '1'), '/no_such_name', qr/^unknown_name$/);
	refused("$name: nesting of 10,000", $name, with_raw($arguments, 'no_such_name', $deep), undef);
	refused("$name: NUL as an escape", $name, with_raw($arguments, 'no_such_name', '"a\\u0000b"'), '/no_such_name');
	refused("$name: a lone surrogate", $name, with_raw($arguments, 'no_such_name', '"\\ud800"'), '/no_such_name');
	refused("$name: a name twice", $name, '{"a":1,"a":2}', '/a');

	for my $property (sort keys %{ $schema->{properties} })
	{
		my $rule = $schema->{properties}{$property};
		refused("$name.$property: $_", $name, with_raw($arguments, $property, $_), undef) for wrong_values($rule);
		refused("$name.$property: NUL", $name, with_raw($arguments, $property, '"\\u0000"'), "/$property");
		refused("$name.$property: deep", $name, with_raw($arguments, $property, $deep), undef);
		if (($rule->{type} // '') eq 'array' && ($rule->{maxItems} // 1_000_000) < 1_000_000)
		{
			refused("$name.$property: a million items", $name, with_raw($arguments, $property, $million), undef);
		}
		if (($rule->{type} // '') eq 'object' && $rule->{properties})
		{
			refused("$name.$property: an unknown name inside", $name, with_raw($arguments, $property, '{"no_such_name":1}'), undef);
		}
	}
	for my $missing (@{ $schema->{required} // [] })
	{
		my %rest = %$arguments;
		delete $rest{$missing};
		refused("$name: without $missing", $name, $json->encode(\%rest), "/$missing");
		refused("$name: $missing is null", $name, with_raw($arguments, $missing, 'null'), "/$missing");
	}
}
diag("$checks hostile calls on " . @tools . ' tools');

# Bytes that are no text: as bytea they get an error with their place, as text the server refuses them whole
for my $case (["{\"name\":\"a\0b\"}", '/name', qr/NUL/], ["{\"name\":\"\xff\xfe\"}", '/name', qr/UTF-8/], ["{\"preferences\":{\"k\":[1,\"\xc3\"]}}", '/preferences/k/1', qr/UTF-8/],
	["\0", '', qr/NUL/], ["\xef\xbb\xbf{}", '', qr/JSON/], ["{\"name\":\"\xed\xa0\x80\"}", '/name', qr/UTF-8/])
{
	my $statement = $door->gateway->prepare('select voygen.call($1,$2,$3,$4)');
	$statement->bind_param(1, $door->agency('sunny'));
	$statement->bind_param(2, Digest::SHA::sha256('sunny:admin'), { pg_type => DBD::Pg::PG_BYTEA() });
	$statement->bind_param(3, 'create_client');
	$statement->bind_param(4, $case->[0], { pg_type => DBD::Pg::PG_BYTEA() });
	ok(!eval { $statement->execute; 1 }, 'bytes that are no JSON text: ' . JSON::PP->new->ascii->allow_nonref->encode($case->[0]));
	my $error = CallTest::error_of($door->gateway);
	is_deeply([@$error{qw(code path)}], ['invalid_argument', $case->[1]], 'have their place');
	like($error->{expected}, $case->[2], 'and what was expected');
}
my $raw = $door->connect_gateway(pg_enable_utf8 => 0);
ok(!eval { $door->call_text('admin', 'create_client', "{\"name\":\"\xff\xfe\"}", db => $raw); 1 }, 'as text they are refused');
is($raw->state, '22021', 'by the server');

# Sizes
my $started = time;
my $big = $door->fails('admin', 'create_client', '{"name":"' . ('x' x 100_000_000) . '"}');
is($big->{code}, 'invalid_argument', 'a text of 100 MB is refused');
like($big->{expected}, qr/at most \d+ bytes/, 'with the limit');
$big = $door->fails('admin', 'create_client', '{"name":"Ann","preferences":{"a":[' . join(',', (0) x 5_000_000) . ']}}');
is($big->{code}, 'invalid_argument', 'five million values are refused');
ok(time - $started < 60, 'quickly');
$big = $door->fails('admin', 'create_client', '{"name":"Ann","preferences":{"a":' . ('9' x 5000) . '}}');
is($big->{code}, 'invalid_argument', 'a number of 5,000 digits is refused');

is(state_of_rows(), $before, 'no row of any table has changed');
is($door->call('admin', 'find_clients')->{total}, 1, 'and the session goes on');

done_testing;
