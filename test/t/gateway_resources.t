# Resources, prompts and completion of the database, through both kinds of revisions.
use strict;
use warnings;
use Test::More;
use GatewayTest;

my $gateway = GatewayTest->new('gateway_resources');
my %result = map { my $method = $_; $method => $gateway->modern($method, {})->{json}{result} } qw(resources/list resources/templates/list prompts/list);
ok(ref $result{'resources/list'}{resources} eq 'ARRAY', 'resources are listed');
cmp_ok(scalar @{ $result{'resources/templates/list'}{resourceTemplates} }, '>', 2, 'templates of addresses, too');
ok(ref $result{'prompts/list'}{prompts} eq 'ARRAY', 'and prompts');
for my $method (sort keys %result)
{
	is($result{$method}{resultType}, 'complete', "$method: is complete");
	cmp_ok($result{$method}{ttlMs}, '>=', 0, '... says how long it may be kept');
	is($result{$method}{cacheScope}, 'private', '... by whom');
	my $legacy = $gateway->legacy($method, {})->{json}{result};
	is_deeply([ sort keys %$legacy ], [ grep { !/^(_meta|resultType|ttlMs|cacheScope)$/ } sort keys %{ $result{$method} } ], '... and in the form of older revisions');
}
is($gateway->modern($_, { cursor => 'none of ours' })->{json}{error}{code}, -32602, "$_: a cursor that is none") for sort keys %result;
my ($first, @others) = @{ $result{'prompts/list'}{prompts} };
is_deeply($gateway->modern('prompts/list', { cursor => $first->{name} })->{json}{result}{prompts}, \@others, 'a cursor continues the list of prompts');
my $tools = $gateway->modern('resources/read', { uri => 'voygen://tools' })->{json}{result};
like($tools->{contents}[0]{text}, qr/find_clients/, 'a resource can be read');
is($tools->{contents}[0]{uri}, 'voygen://tools', '... by its address');
ok(exists $tools->{ttlMs}, '... and says how long it may be kept');
my $missing = $gateway->modern('resources/read', { uri => 'voygen://trip/nobody' });
is($missing->{status}, 200, 'a resource that is not there');
is($missing->{json}{error}{code}, -32602, '... is a parameter that is wrong');
is($missing->{json}{error}{data}{uri}, 'voygen://trip/nobody', '... with its address');
is($gateway->legacy('resources/read', { uri => 'voygen://trip/nobody' })->{json}{error}{code}, -32002, '... and not found for older revisions');
is($gateway->modern('resources/read', {})->{json}{error}{code}, -32602, 'an address is needed');
is($gateway->modern('resources/read', { uri => 'voygen://tools' }, headers => { 'Mcp-Name' => 'voygen://else' })->{json}{error}{code}, -32020, 'its header has to agree');
is($gateway->modern('prompts/get', { name => 'no such' })->{json}{error}{code}, -32602, 'a prompt that is not there');
my $completion = $gateway->modern('completion/complete', { ref => { type => 'ref/resource', uri => 'voygen://trip/{trip}' }, argument => { name => 'trip', value => 'a' } })->{json};
ok(ref(($completion->{result}{completion} // {})->{values}) eq 'ARRAY' || $completion->{error}{code} == -32602, 'completion is answered by the database');
is($gateway->modern('tools/call', { name => 'mcp.list_resources' })->{json}{error}{code}, -32602, 'none of it is a tool');
my $seen = "select tool, outcome, min(args ->> 'uri') from voygen.audit where tool like 'mcp.%' group by tool, outcome order by tool, outcome";
GatewayTest::wait_for('the audit', sub { @{ $gateway->db->selectall_arrayref($seen) } >= 3 });
is_deeply($gateway->db->selectall_arrayref($seen),
	[ [ 'mcp.get_prompt', 'not_found', undef ], [ 'mcp.read_resource', 'not_found', undef ], [ 'mcp.read_resource', 'ok', 'voygen://tools' ] ],
	'who read what is in the audit, and no list or completion');
is($gateway->stop, 'exit 0', 'SIGTERM ends it');
done_testing();
