# The gateway's log as JSON: every line an object, whatever the database says in its errors; and the least level of it.
use strict;
use warnings;
use JSON::PP;
use Test::More;
use GatewayTest;

my $gateway = GatewayTest->new('gateway_log', start => 0, more => [ '--log-format', 'json' ]);
my $db = $gateway->db;
$db->do(<<'SQL');
create table voygen.test_words (words text);
create or replace function voygen.tools(agency_id bigint, token_digest bytea) returns text language plpgsql security definer as $$
begin
  raise exception using errcode = 'XX000', message = (select words from voygen.test_words);
end $$;
SQL
$gateway->start;

# The lines so far, each read as JSON in strict UTF-8.
sub lines { return map { JSON::PP->new->utf8->decode($_) } grep { /\S/ } split /\n/, $gateway->said }
# A list of tools that fails with these words inside the server; answers the number under which the log has them.
sub broken
{
	my ($words) = @_;
	$db->do('truncate voygen.test_words');
	$db->do('insert into voygen.test_words values (?)', undef, $words);
	my ($id) = $gateway->modern('tools/list')->{body} =~ /internal error (\w+)/ or die "no internal error\n";
	return $id;
}

my $words = "a \"quoted\" \\ word\nin two lines\x01\t{\"level\":\"info\"} \x{e9}";
my $id = broken($words);
my ($line) = grep { ($_->{error_id} // '') eq $id } lines();
is($line->{message}, "internal error $id: $words (SQLSTATE XX000)", 'a message is escaped and comes back whole');
is_deeply([ sort keys %$line ], [qw(error_id level message sqlstate time)], 'with its fields');
is_deeply([ @$line{qw(level sqlstate)} ], [qw(error XX000)], 'level and SQLSTATE');
like($line->{time}, qr/\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\z/, 'and time');

# One of these three is cut within a character.
broken(('x' x $_) . ("\x{20ac}" x 1000)) for 1 .. 3;
my @long = grep { length $_->{message} > 300 } lines();
is(scalar @long, 3, 'a message that is too long is cut, and its line still an object');
is($gateway->stop, 'exit 0', 'the end');
is_deeply([ grep { !exists $_->{time} || !exists $_->{level} || !exists $_->{message} } lines() ], [], 'every line has time, level and message');
ok((grep { $_->{message} =~ /\Astopping/ && $_->{level} eq 'info' } lines()), 'the end among them');

# Levels, and text as ever.
$gateway->{more} = [ '--log-level', 'error' ];
$gateway->start;
broken($words);
is($gateway->stop, 'exit 0', 'the end with the level of errors');
my @text = split /\n/, $gateway->said;
is(scalar @text, 1, 'what is less than the level is left out');
like($text[0], qr/\A\S+Z error internal error \w+: a "quoted" \\ word in two lines/, 'and text is a line');

$gateway->{more} = [ '--log-format', 'xml' ];
ok(!eval { $gateway->start; 1 }, 'another format is refused');
like($gateway->said, qr/--log-format \(VOYGEN_LOG_FORMAT\) is "xml".*text\|json/s, 'in words that say which there are');
done_testing();
