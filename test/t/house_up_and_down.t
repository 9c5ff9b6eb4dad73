# `make up` and `make down`: repeatable, nothing left over, the same ports and secrets after every one of them; the
# gateway runs between the two.
use strict;
use warnings;
use utf8;
use Encode qw(decode_utf8);
use File::Temp qw(tempdir);
use HTTP::Tiny;
use Test::More;
use Checkout;

# Below /tmp by choice: the paths stay short enough for a socket.
my $base = tempdir('voygen-up-XXXX', DIR => '/tmp', CLEANUP => 1);
chmod 0755, $base;
my $here = Checkout->new("$base/checkout");

my ($status, $output) = $here->make('up');
is($status, 0, 'make up succeeds') or diag($output);
my $said = $output;
is($here->query('select count(*) > 0 from voygen.trips'), 't', 'the demo trips are there');
my $first = $here->environment;
is((stat "$base/checkout/.voygen/env")[2] & 0777, 0600, 'the environment file is for its owner alone');
like($first->{VOYGEN_DATABASE_URL}, qr{^postgresql://\w+:\w+\@127\.0\.0\.1:\d+/voygen$}, 'it holds the address of the database');
ok($first->{VOYGEN_TOKEN}, 'it holds a token');
is($here->where('state'), "$base/checkout/.voygen", 'all lies in the checkout');

my (undef, $answer) = $here->run("psql -XAtc 'select 1' '$first->{VOYGEN_DATABASE_URL}'");
is($answer, "1\n", 'the address works by password');
(my $wrong = $first->{VOYGEN_DATABASE_URL}) =~ s/:\w+@/:wrong@/;
($status, $output) = $here->run("psql -XAtc 'select 1' '$wrong'");
like($output, qr/password authentication failed/, 'a wrong password is refused');
my (undef, $access) = $here->run('cat "$(service/cluster/where data)/pg_hba.conf"');
unlike($access, qr/^[^#]*\btrust\b/m, 'nobody is let in on trust');

# What the gateway answers to a call, as the environment file says how to reach it.
sub call_gateway
{
	my $environment = $here->environment;
	my $message = '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"find_clients","arguments":{"query":"demo"}}}';
	my $answer = HTTP::Tiny->new(timeout => 20)->post($environment->{VOYGEN_MCP_URL}, { content => $message,
		headers => { 'Content-Type' => 'application/json', Authorization => "Bearer $environment->{VOYGEN_TOKEN}" } });
	return $answer->{content};
}
like($first->{VOYGEN_MCP_URL}, qr{^http://127\.0\.0\.1:\d+/mcp$}, 'it holds the address of the gateway');
like(call_gateway(), qr/"slug":"demo-client"/, 'the gateway answers there');
is($first->{VOYGEN_PUBLIC_URL}, $first->{VOYGEN_MCP_URL} =~ s{/mcp$}{}r, 'links to proposals lead there, too');
# The first of those there; the others, which make documents, have it as their parent.
my ($gateway) = ($here->run('source service/cluster/state.sh; processes_in "$folder/gateway"'))[1] =~ /^(\d+)$/m;
ok($gateway, 'it runs');
is((stat "/proc/$gateway")[4], (stat $here->where('data'))[4], '... of the same user as the server');

# The proposal it ends with.
my ($pdf, $link) = $said =~ m{^The proposal for its client\n  (\S+)\n  (http://127\.0\.0\.1:\d+/p/\S+)\n\z}m;
is($pdf, "$base/checkout/.voygen/demo-proposal.pdf", 'it ends with where the PDF of a proposal is');
like(decode_utf8(scalar qx(pdftotext -layout '$pdf' -)), qr/Cancún, a week at the beach.*\$8,883\.68/s, '... which can be read');
my $page = HTTP::Tiny->new(timeout => 20)->get($link);
is($page->{status}, 200, '... and with the link of its client');
like(decode_utf8($page->{content}), qr/Cancún, a week at the beach/, '... which leads there');

my $started = $here->query('select pg_postmaster_start_time()');
($status, $output) = $here->make('up');
is($status, 0, 'make up once more succeeds') or diag($output);
is($here->query('select pg_postmaster_start_time()'), $started, '... and leaves the server running as it is');
like($output, qr{\n  \Q$pdf\E\n  \Q$link\E\n\z}, '... and tells of the same proposal');
is($here->query('select count(*) from voygen.proposals'), 1, '... which was not made again');
is_deeply($here->environment, $first, '... with the same ports and secrets');
ok(-d "/proc/$gateway", '... and leaves the gateway running as it is');
$here->run('printf x >> build/voygen');
($status, $output) = $here->run('service/cluster/gateway start');
is($status, 0, 'a program that has changed') or diag($output);
ok(!-d "/proc/$gateway", '... replaces the gateway');
like(call_gateway(), qr/"slug":"demo-client"/, '... at the same address');

($status, $output) = $here->make('down');
is($status, 0, 'make down succeeds') or diag($output);
is_deeply([$here->processes], [], '... and leaves no process');
($status, $output) = $here->make('down');
is($status, 0, 'make down once more is harmless') or diag($output);

# What somebody writes into the environment file counts for the gateway: here a mail server that is not there.
my %own = (VOYGEN_SMTP_URL => 'smtp://127.0.0.1:9', VOYGEN_SMTP_TLS => 'none', VOYGEN_QUEUE => 900);
open my $environment, '>>', "$base/checkout/.voygen/env" or die;
print {$environment} map { "$_=$own{$_}\n" } sort keys %own;
close $environment;
($status, $output) = $here->make('up');
is($status, 0, 'make up after make down succeeds') or diag($output);
is_deeply($here->environment, { %$first, %own }, '... with the same ports and secrets');
$here->query(q{update voygen.agencies set settings = settings || jsonb_build_object('proposals', jsonb_build_object('mail_from', 'a@travel.example', 'share_url', 'https://travel.example/p')) where slug = 'demo'});
my $proposal = $here->query('select max(proposal_id) from voygen.proposals');
$here->run(qq(timeout 5 build/voygen call send_proposal '{"proposal_id": "$proposal", "to": ["b\@travel.example"], "confirm": true}'));
like($here->query('select last_error from voygen.outbox'), qr/connect/i, '... and a gateway that knows what was written into the file');
is(($here->run('source service/cluster/state.sh; stat -c %a "$folder/gateway/settings"'))[1], "600\n", '... from a file of its own');
like(call_gateway(), qr/"slug":"demo-client"/, '... and the gateway is there again');
($status, $output) = $here->make('down');
is_deeply([$here->processes], [], 'nothing is left in the end');

done_testing();
