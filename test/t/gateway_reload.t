# SIGHUP: the file of settings is read anew. What can change in a running gateway does, what cannot is named, and a file with
# a mistake in it changes nothing.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;
use GatewayTest;

my $folder = tempdir('voygen-reload-XXXX', DIR => '/tmp', CLEANUP => 1);
chmod 0755, $folder;
my $file = "$folder/settings";

# In place of the old one at once, as a careful operator would.
sub write_settings
{
	my ($text) = @_;
	open my $out, '>', "$file.new" or die "$file.new: $!\n";
	print {$out} $text;
	close $out or die "$file.new: $!\n";
	rename "$file.new", $file or die "$file: $!\n";
	return;
}

write_settings("# settings of the gateway\nVOYGEN_QUEUE=900\n");
my $gateway = GatewayTest->new('gateway_reload', environment => ["VOYGEN_SETTINGS=$file"], more => [ '--queue-ms', '4000' ]);

# What the log says between two signals, as soon as it has said how the reload ended.
sub reload
{
	my ($text, $end) = @_;
	my $before = length $gateway->said;
	write_settings($text) if defined $text;
	$gateway->signal('HUP');
	eval { GatewayTest::wait_for("$end", sub { substr($gateway->said, $before) =~ $end }); 1 } or die "$@instead: " . substr $gateway->said, $before;
	return substr $gateway->said, $before;
}
sub asks { my (%headers) = @_; return $gateway->modern('tools/list', {}, headers => { 'MCP-Protocol-Version' => $GatewayTest::REVISION, 'Mcp-Method' => 'tools/list', %headers })->{status} }
sub metrics { my ($token) = @_; return $gateway->post('', method => 'GET', path => '/metrics', token => $token, headers => { 'Content-Type' => undef, Accept => undef })->{status} }

# --- what changes ---------------------------------------------------------------------------

my $said = reload(undef, qr/no setting has changed/);
like($said, qr/ info reloading/, 'a file that is the same changes nothing');

is(asks(Origin => 'https://shop.example'), 403, 'an origin that is not allowed');
$said = reload("VOYGEN_QUEUE=900\nVOYGEN_ALLOW_ORIGIN=https://shop.example\n", qr/--allow-origin has changed from none to https:\/\/shop\.example/);
is(asks(Origin => 'https://shop.example'), 200, 'is allowed once the file says so');
unlike($said, qr/--queue/, 'what stays is not spoken of');

is(asks(Host => 'travel.example'), 403, 'a host that is not served');
reload("export VOYGEN_ALLOW_HOST='127.0.0.1,travel.example'\r\n", qr/--allow-host has changed/);
is(asks(Host => 'travel.example'), 200, 'is served');
is(asks(Origin => 'https://shop.example'), 403, 'and what is taken out of the file is not allowed any more');
like($gateway->said, qr/--queue has changed from 900 to 1000/, 'but counts as if it had never been there');
reload(undef, qr/no setting has changed/) for 1 .. 3;
is(asks(Host => 'travel.example'), 200, 'reading it again and again keeps what was read');

my $rate = "VOYGEN_RATE=1\nVOYGEN_BURST=3\n";
reload($rate, qr/--burst has changed from 50000 to 3/);
my $began = time;
my @statuses = map { asks() } 1 .. 12;
# Each second that passes among them brings one more.
my $brought = int(time - $began) + 1;
is_deeply([ @statuses[ 0 .. 2 ] ], [ 200, 200, 200 ], 'a rate lets in as many as its burst');
cmp_ok(scalar(grep { $_ == 429 } @statuses), '>=', 9 - $brought, '... and refuses the others');
reload('', qr/--burst has changed from 3 to 50000/);
GatewayTest::wait_for('calls', sub { asks() == 200 });
is_deeply([ grep { asks() != 200 } 1 .. 20 ], [], 'and its end');

reload("VOYGEN_MAX_BODY=1024\n", qr/--max-body has changed/);
is($gateway->modern('tools/call', { name => 'find_trips', arguments => { query => 'x' x 2000 } })->{status}, 413, 'the largest request');
$said = reload("VOYGEN_METRICS_TOKEN=sesame\n", qr/--metrics-token has changed/);
like($said, qr/from none to a secret/, 'a secret is not said');
is_deeply([ metrics(undef), metrics('sesame') ], [ 401, 200 ], 'and opens the metrics');
reload("VOYGEN_METRICS_TOKEN=simsim\n", qr/--metrics-token has changed/);
is_deeply([ metrics('sesame'), metrics('simsim') ], [ 401, 200 ], 'another takes its place');
unlike($gateway->said, qr/sesame|simsim/, 'neither is in the log');

# --- what does not ----------------------------------------------------------------------------

$said = reload("VOYGEN_POOL=3\nVOYGEN_ISSUER=https://id.example\nVOYGEN_IDLE_MS=60000\n", qr/--issuer stays/);
like($said, qr/ warning --pool stays 8: to make it 3 needs a restart/, 'what needs a restart is named');
like($said, qr/ info --idle-ms has changed from 75000 to 60000/, 'beside what does not');
like(reload(undef, qr/--issuer stays/), qr/--pool stays 8/, 'every time');
reload("VOYGEN_QUEUE_MS=10\n", qr/--idle-ms has changed/);
unlike($gateway->said, qr/--queue-ms/, 'an option of the command goes before the file');

reload("VOYGEN_LEEWAY_S=20\nVOYGEN_STATE_MS=1\nVOYGEN_TOKEN=vg_1_x\nVOYGEN_PASSWORD=x\nVOYGEN_DEMO_LINK=vs_1_x\nexport VOYGEN_DATABASE_URL='postgresql://nowhere'\n", qr/--leeway-s has changed from 30 to 20/);
like($gateway->said, qr/--state-ms has changed from 600000 to 1/, 'so do times, and what .voygen/env has for others is left to them');

# --- mistakes ---------------------------------------------------------------------------------

reload("VOYGEN_ALLOW_ORIGIN=https://shop.example\n", qr/--allow-origin has changed/);
my %mistakes = (
	"VOYGEN_ALLOW_ORIGIN=https://other.example\nVOYGEN_RATE=many\n" =>
		qr/ error all settings stay as they are: --rate \(VOYGEN_RATE\) is "many"; expected a whole number from 0 to 1000000/,
	"VOYGEN_LOG_FORMAT=xml\nVOYGEN_ALLOW_ORIGIN=https://other.example\n" => qr/"xml"; expected text\|json/,
	"\n# a slip\nVOYGEN_ALOW_ORIGIN=https://other.example\n" => qr/\Q$file\E, line 3: "VOYGEN_ALOW_ORIGIN" is no setting of the gateway/,
	"VOYGEN_RATE\n" => qr/line 1: "VOYGEN_RATE" is no setting of the gateway; expected VOYGEN_NAME=VALUE/,
	"VOYGEN_SETTINGS=/elsewhere\n" => qr/"VOYGEN_SETTINGS" is no setting/,
);
for my $text (sort keys %mistakes)
{
	reload($text, $mistakes{$text});
	is_deeply([ map { asks(Origin => "https://$_.example") } qw(shop other) ], [ 200, 403 ], 'with a mistake in the file all stays: ' . $text =~ s/\n/ /gr);
}
unlink $file;
my $length = length $gateway->said;
$gateway->signal('HUP');
GatewayTest::wait_for('the complaint', sub { substr($gateway->said, $length) =~ /stay as they are: cannot open \Q$file\E/ });
is(asks(Origin => 'https://shop.example'), 200, 'and without a file');

# --- the log itself ------------------------------------------------------------------------------

$said = reload("VOYGEN_LOG_FORMAT=json\nVOYGEN_ALLOW_ORIGIN=https://shop.example\n", qr/"setting":"--log-format","before":"text","now":"json"/);
like($said, qr/^\{"time":"[^"]+","level":"info","message":"--log-format has changed from text to json"/m, 'the log becomes JSON');

is($gateway->stop, 'exit 0', 'the end');
write_settings("VOYGEN_RATE=many\n");
ok(!eval { $gateway->start; 1 }, 'a gateway does not begin with such a file');
like($gateway->said, qr/VOYGEN_RATE\) is "many"/, 'and says why');
done_testing();
