# Resources, prompts and completion through voygen.call: what they answer, and that nobody gets by them what he could not have by
# a tool, of his own agency or another.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use MIME::Base64;
use Test::More;
use CallTest;

my $door = CallTest->new('mcp_resources');
my $owner = $door->owner;
my $json = JSON::PP->new->canonical->allow_nonref->allow_bignum;

# Given a client and a trip of each agency, with words of their own
my %made;
for my $who ('agent', 'rainy:agent')
{
	my $word = $who eq 'agent' ? 'Sunbeam' : 'Zqhidden';
	my $client = $door->call($who, 'create_client', { name => "$word Client", email => lc "$word\@client.example" });
	my $trip = $door->call($who, 'create_trip', { client_id => $client->{slug}, title => "$word Trip", destination => $who eq 'agent' ? 'Lisbon' : 'Zqhidden City', start_date => '2027-05-01', end_date => '2027-05-08' });
	$made{$who} = { client => $client, trip => $trip };
}
my ($client, $trip) = @{ $made{agent} }{qw(client trip)};
my ($foreign_client, $foreign_trip) = @{ $made{'rainy:agent'} }{qw(client trip)};

sub uris { return map { $_->{uri} } @{ $_[0]{resources} } }
sub read_json { my ($who, $uri) = @_; return $json->decode($door->call($who, 'mcp.read_resource', { uri => $uri })->{contents}[0]{text}) }

subtest 'the list' => sub {
	my $list = $door->call('reader', 'mcp.list_resources');
	my %listed = map { $_->{uri} => $_ } @{ $list->{resources} };
	ok($listed{"voygen://trip/$trip->{slug}"}, 'has the trip');
	is($listed{"voygen://trip/$trip->{slug}"}{mimeType}, 'application/json', 'with its type');
	ok($listed{'ui://voygen/shortlist'} && $listed{'voygen://tools'} && $listed{'voygen://template/three-tier-proposal'}, 'pages, the reference and templates');
	is($listed{'ui://voygen/shortlist'}{mimeType}, 'text/html;profile=mcp-app', 'a page has the type of pages');
	ok(!exists $list->{nextCursor}, 'there is no next page, and no null in its place');
	unlike($json->encode($list), qr/zqhidden/i, 'nothing of another agency');
	is_deeply([grep { !defined } map { values %$_ } @{ $list->{resources} }], [], 'no null in it');
	for my $resource (@{ $list->{resources} })
	{
		my $contents = $door->call('reader', 'mcp.read_resource', { uri => $resource->{uri} })->{contents};
		is($contents->[0]{uri}, $resource->{uri}, "$resource->{uri} can be read");
		is($contents->[0]{mimeType}, $resource->{mimeType}, '... and is what the list said');
	}
	is_deeply([map { $_->{uriTemplate} } @{ $door->call('reader', 'mcp.list_resource_templates')->{resourceTemplates} }],
		[map { "voygen://$_" } 'client/{slug}', 'proposal/{id}', 'template/{name}', 'tool/{name}', 'trip/{slug}'], 'the templates');
};

subtest 'pages of the list' => sub {
	$owner->do("insert into voygen.trips (agency_id, trip_id, slug, client_id, title, destination) select ?, 900000 + n, 'many-' || n, ?, 'Many', 'Oslo' from generate_series(1, 650) n", undef, $door->agency('sunny'), $client->{client_id});
	my (@trips, $cursor);
	my $pages = 0;
	do
	{
		my $list = $door->call('reader', 'mcp.list_resources', defined $cursor ? { cursor => $cursor } : {});
		push @trips, grep { m{^voygen://trip/} } uris($list);
		$cursor = $list->{nextCursor};
		$pages++;
	} while (defined $cursor && $pages < 20);
	is($pages, 5, 'five pages');
	is_deeply(\@trips, [map { 'voygen://trip/many-' . (651 - $_) } 1 .. 500], 'of the newest 500 trips, each once');
	for my $bad ('x', '', '5', '900~9', '900~0', "1~2'; select 1; --", '99999999999999999999~2')
	{
		my $error = $door->fails('reader', 'mcp.list_resources', { cursor => $bad });
		is($error->{code}, 'invalid_argument', "cursor '$bad' is refused") or diag $error->{text};
		is($error->{path}, '/cursor', '... by name');
	}
	$owner->do("delete from voygen.trips where slug like 'many-%'");
};

subtest 'reading' => sub {
	my $facts = read_json('reader', "voygen://trip/$trip->{slug}");
	is_deeply($facts->{facts}, $door->call('reader', 'query_trip_facts', { trip_ids => [$trip->{slug}] })->{trips}[0]{facts}, 'a trip is what query_trip_facts answers');
	is_deeply(read_json('reader', "voygen://trip/$trip->{trip_id}")->{slug}, $trip->{slug}, 'its number will do');
	my $person = read_json('reader', "voygen://client/$client->{slug}");
	is($person->{email}, 'sunbeam@client.example', 'a client');
	is($person->{trips}[0]{uri}, "voygen://trip/$trip->{slug}", '... with the way to the trips');
	my $template = read_json('reader', 'voygen://template/three-tier-proposal');
	like($template->{content}, qr/\{classic_price\}/, 'a template');
	my ($proposal) = $owner->selectrow_array("insert into voygen.proposals (agency_id, proposal_id, trip_id, title, total_cost, currency, rendered_html) values (?, 77001, ?, 'Offer', 1234.5, 'EUR', '<p>Offer</p>') returning proposal_id", undef, $door->agency('sunny'), $trip->{trip_id});
	my $contents = $door->call('reader', 'mcp.read_resource', { uri => "voygen://proposal/$proposal" })->{contents};
	is($json->decode($contents->[0]{text})->{title}, 'Offer', 'a proposal');
	is($contents->[1]{text}, '<p>Offer</p>', '... with its document');
	is($door->fails('rainy:admin', 'mcp.read_resource', { uri => "voygen://proposal/$proposal" })->{code}, 'not_found', '... which another agency does not have');
	$owner->do("insert into voygen.proposal_documents (agency_id, proposal_id, kind, content, digest) select ?, ?, k, convert_to(c, 'UTF8'), sha256(convert_to(c, 'UTF8')) from (values ('html', '<p>\x{fc}</p>'), ('pdf', repeat('%PDF', 50))) as d(k, c)", undef, $door->agency('sunny'), $proposal);
	my $read = sub { return $door->call('reader', 'mcp.read_resource', { uri => "voygen://proposal/$proposal$_[0]" })->{contents} };
	is_deeply([map { "$_->{uri} $_->{mimeType}" } @{ $read->('') }], ["voygen://proposal/$proposal application/json", "voygen://proposal/$proposal text/html", "voygen://proposal/$proposal/html text/html"], '... and with what was rendered');
	is_deeply([map { @$_{qw(mimeType text)} } @{ $read->('/html') }], ['text/html', "<p>\x{fc}</p>"], 'a document by its own address');
	is(MIME::Base64::decode_base64($read->('/pdf')->[0]{blob}), '%PDF' x 50, '... and a PDF');
	unlike($read->('/pdf')->[0]{blob}, qr/\n/, '... on one line');
	is($door->fails('rainy:admin', 'mcp.read_resource', { uri => "voygen://proposal/$proposal/pdf" })->{code}, 'not_found', '... which another agency does not have');
	my $page = $door->call('reader', 'mcp.read_resource', { uri => 'ui://voygen/shortlist' })->{contents}[0];
	like($page->{text}, qr/^<!doctype html>.*<\/html>$/s, 'a page is whole');
	is_deeply($page->{_meta}{ui}{csp}, { connectDomains => [], resourceDomains => [], frameDomains => [], baseUriDomains => [] }, '... and may reach nothing');
	my $reference = sub { $door->call($_[0], 'mcp.read_resource', { uri => 'voygen://tools' })->{contents}[0]{text} };
	like($reference->('agent'), qr/create_trip/, 'the reference has what an agent may call');
	unlike($reference->('reader'), qr/create_trip/, '... and for a reader only what a reader may');
	like($door->call('agent', 'mcp.read_resource', { uri => 'voygen://tool/create_trip' })->{contents}[0]{text}, qr/# create_trip.*\| `client_id` \| string \| yes \|/s, 'of one tool its arguments');
};

subtest 'what is not there' => sub {
	my %absent = (
		trip => [$foreign_trip->{slug}, $foreign_trip->{trip_id} + 5000000, 'no-such-trip'],
		client => [$foreign_client->{slug}, 'no-such-client'],
		template => ['no-such-template'], proposal => ['1', 'abc'], tool => ['no_such_tool', 'mcp_read_resource', 'raise'], nothing => ['x']);
	my @refusals;
	for my $kind (sort keys %absent)
	{
		push @refusals, map { my $uri = "voygen://$kind/$_"; [$uri, $door->fails('agent', 'mcp.read_resource', { uri => $uri })] } @{ $absent{$kind} };
	}
	push @refusals, map { [$_, $door->fails('agent', 'mcp.read_resource', { uri => $_ })] }
		'', 'voygen://', 'voygen://trip/', "voygen://trip/$trip->{slug}/", "voygen://trip/$trip->{slug}?x=1", 'voygen://trip/../client/x', "voygen://TRIP/$trip->{slug}",
		'file:///etc/passwd', 'ui://voygen/../../etc/passwd', 'ui://voygen/none', 'http://169.254.169.254/', "voygen://trip/x'; drop table voygen.trips; --", 'voygen://tool/create_trip%00', 'x' x 5000;
	push @refusals, ['voygen://tool/create_trip', $door->fails('reader', 'mcp.read_resource', { uri => 'voygen://tool/create_trip' })];
	my %said;
	for my $refusal (@refusals)
	{
		my ($uri, $error) = @$refusal;
		is($error->{code}, 'not_found', 'not found: ' . substr($uri, 0, 60)) or diag $error->{text};
		is($error->{path}, '/uri', '... by name');
		my $shown = substr $uri, 0, 200;
		$said{ join '|', map { s/\Q$shown\E/URI/gr } @$error{qw(message expected hint)} }++ if length $uri;
	}
	is(scalar keys %said, 1, 'all in the same words, foreign or nowhere') or diag explain \%said;
};

subtest 'prompts' => sub {
	my %prompt = map { $_->{name} => $_ } @{ $door->call('reader', 'mcp.list_prompts')->{prompts} };
	ok($prompt{'three-tier-pricing'} && $prompt{'client-welcome-email'}, 'instruction sets and templates');
	is_deeply([map { $_->{name} } grep { $_->{required} } @{ $prompt{'client-welcome-email'}{arguments} }], [qw(client_name destination)], 'what a template needs and has no default for');
	my $text = sub { $door->call('reader', 'mcp.get_prompt', $_[0])->{messages}[0]{content}{text} };
	like($text->({ name => 'mobile-mode' }), qr/Greet the client by name/, 'a placeholder left alone says what stands there else');
	like($text->({ name => 'mobile-mode', arguments => { client_name => q({agent_name|'x'} \1 Ann) } }), qr/\QGreet {agent_name|'x'} \1 Ann by name\E/, 'what is put in is not looked at again');
	my $letter = $text->({ name => 'client-welcome-email', arguments => { client_name => 'Ann', destination => 'Oslo' } });
	like($letter, qr/"client_name": "Ann".*24-48 hours.*Dear \{client_name\}/s, 'a template comes with its values and defaults');
	like($letter, qr/"agency_name": "Sunny"/, '... of this agency');
	my %refused = (
		'/name' => [not_found => { name => 'no-such-prompt' }],
		'/arguments/destination' => [invalid_argument => { name => 'client-welcome-email', arguments => { client_name => 'Ann' } }],
		'/arguments/client_nmae' => [unknown_name => { name => 'mobile-mode', arguments => { client_nmae => 'Ann' } }]);
	for my $path (sort keys %refused)
	{
		my $error = $door->fails('reader', 'mcp.get_prompt', $refused{$path}[1]);
		is_deeply([@$error{qw(code path)}], [$refused{$path}[0], $path], "refused: $path");
	}
	# A set and a template of one agency are its own
	$owner->do("insert into voygen.instruction_sets (name, title, content, agency_id) values ('mobile-mode', 'Ours', 'Zqhidden words', ?), ('zqhidden-set', 'Ours', 'x', ?)", undef, ($door->agency('rainy')) x 2);
	is($text->({ name => 'mobile-mode' }) =~ /Zqhidden/, '', 'an agency does not get the set of another in the place of the shared one');
	is($door->call('rainy:reader', 'mcp.get_prompt', { name => 'mobile-mode' })->{messages}[0]{content}{text}, 'Zqhidden words', '... which itself has it');
	is($door->fails('reader', 'mcp.get_prompt', { name => 'zqhidden-set' })->{code}, 'not_found', 'nor one that only another has');
	unlike($json->encode($door->call('reader', 'mcp.list_prompts')), qr/zqhidden/i, '... and it is not listed');
};

sub complete
{
	my ($who, $ref, $name, $value) = @_;
	return $door->call($who, 'mcp.complete', { ref => $ref, argument => { name => $name, value => $value } })->{completion};
}
sub resource { return { type => 'ref/resource', uri => "voygen://$_[0]" } }

subtest 'completion' => sub {
	my $values = sub { complete(@_)->{values} };
	is_deeply($values->('reader', resource('trip/{slug}'), 'slug', 'sunb'), [$trip->{slug}], 'a trip by how its slug begins');
	is_deeply($values->('reader', resource('trip/{slug}'), 'slug', 'lisbno'), [$trip->{slug}], 'a trip by a misspelt word');
	is_deeply($values->('reader', resource('client/{slug}'), 'slug', 'sunbeem'), [$client->{slug}], 'a client');
	is_deeply($values->('reader', resource('template/{name}'), 'name', 'three'), ['three-tier-proposal'], 'a template');
	is_deeply($values->('reader', resource('template/{name}'), 'name', 'folowup-emial'), ['followup-email'], '... misspelt');
	is($values->('agent', resource('tool/{name}'), 'name', 'create_tr')->[0], 'create_trip', 'a tool');
	unlike(join(' ', @{ $values->('reader', resource('tool/{name}'), 'name', 'create_tr') }), qr/create/, '... that the caller may call');
	is_deeply($values->('reader', resource('proposal/{id}'), 'id', '770'), ['77001'], 'a proposal by its first digits');
	is_deeply($values->('rainy:reader', resource('proposal/{id}'), 'id', ''), [], '... of the own agency');
	my $letter = { type => 'ref/prompt', name => 'client-welcome-email' };
	is_deeply($values->('reader', $letter, 'client_name', 'sun'), ['Sunbeam Client'], 'the name of a client for a prompt');
	is_deeply($values->('reader', $letter, 'destination', 'lis'), ['Lisbon'], 'a place');
	is_deeply($values->('reader', $letter, 'destination', 'lisbom'), ['Lisbon'], '... misspelt');
	is_deeply(complete('reader', $letter, 'budget_range', '1'), { values => [], total => 0, hasMore => JSON::PP::false }, 'nothing for what has no list');
	for my $typed ('', 'z', 'zqhidden', 'zqhiddne')
	{
		unlike($json->encode(complete('reader', @$_, $typed)), qr/zqhidden/i, "'$typed' finds nothing of another agency: $_->[1]")
			for [resource('trip/{slug}'), 'slug'], [resource('client/{slug}'), 'slug'], [resource('template/{name}'), 'name'], [$letter, 'client_name'], [$letter, 'destination'], [$letter, 'agent_name'];
	}
	is_deeply($values->('reader', resource('trip/{slug}'), 'slug', $_), [], "'$_' is a text like any") for '%', '_____', "x' or 1=1 --", '\\', 'trips';
	is($door->fails('reader', 'mcp.complete', { ref => resource('nothing/{x}'), argument => { name => 'x', value => '' } })->{path}, '/ref/uri', 'an address there is not');
	is($door->fails('reader', 'mcp.complete', { ref => { type => 'ref/prompt', name => 'none' }, argument => { name => 'x', value => '' } })->{code}, 'not_found', 'a prompt there is not');
	is($door->fails('reader', 'mcp.complete', { ref => { type => 'ref/odd' }, argument => { name => 'x', value => '' } })->{code}, 'invalid_argument', 'a ref that is none');
};

subtest 'scopes and switches' => sub {
	$door->add_token('sunny', 'finder', 'voygen_agent', scopes => ['find_clients']);
	is($door->fails('finder', 'mcp.read_resource', { uri => "voygen://trip/$trip->{slug}" })->{code}, 'not_found', 'out of scope: the facts of a trip');
	is(read_json('finder', "voygen://client/$client->{slug}")->{slug}, $client->{slug}, 'in scope: a client');
	unlike($json->encode($door->call('finder', 'mcp.list_resources')), qr/$trip->{slug}/, 'the list has no trip');
	is_deeply(complete('finder', resource('client/{slug}'), 'slug', 'sun')->{values}, [$client->{slug}], 'completion of what is in scope');
	is($door->fails('finder', 'mcp.complete', { ref => resource('trip/{slug}'), argument => { name => 'slug', value => 'sun' } })->{code}, 'not_found', '... alone');
	$door->add_token('sunny', 'only_reads', 'voygen_admin', scopes => ['read']);
	is(read_json('only_reads', "voygen://trip/$trip->{slug}")->{slug}, $trip->{slug}, 'scope read is enough for resources');

	my $switch = sub { $door->call('admin', 'set_feature_flag', { flag => $_[0], enabled => $_[1] ? JSON::PP::true : JSON::PP::false }) };
	$switch->('tool.query_trip_facts', 0);
	is($door->fails('agent', 'mcp.read_resource', { uri => "voygen://trip/$trip->{slug}" })->{code}, 'not_found', 'a tool that is off takes its resources along');
	is($door->call('rainy:agent', 'mcp.read_resource', { uri => "voygen://trip/$foreign_trip->{slug}" })->{contents}[0]{mimeType}, 'application/json', '... of this agency alone');
	$switch->('tool.query_trip_facts', 1);
	$switch->('resources', 0);
	is_deeply([grep { !/^ui:/ } uris($door->call('agent', 'mcp.list_resources'))], [], 'resources off: none is listed');
	is($door->fails('agent', 'mcp.read_resource', { uri => $_ })->{code}, 'not_found', "... nor read: $_") for "voygen://trip/$trip->{slug}", 'voygen://tools';
	$switch->('apps', 0);
	is_deeply([uris($door->call('agent', 'mcp.list_resources'))], [], 'pages off: none is listed');
	is($door->fails('agent', 'mcp.read_resource', { uri => 'ui://voygen/shortlist' })->{code}, 'not_found', '... nor read');
	$switch->('prompts', 0);
	is_deeply($door->call('agent', 'mcp.list_prompts'), { prompts => [] }, 'prompts off: none');
	$switch->($_, 1) for qw(resources apps prompts);
	$switch->('completion', 0);
	is_deeply(complete('agent', resource('trip/{slug}'), 'slug', 'sun')->{values}, [], 'completion off: no values');
	my $caller = $door->call('agent', 'mcp.describe_caller');
	is_deeply([@{ $caller->{features} }{qw(apps completion)}], [JSON::PP::true, JSON::PP::false], 'the program in front is told what is on');
	is($caller->{agency}{slug}, 'sunny', '... and for whom it works');
};

subtest 'nothing else is reached that way' => sub {
	is($door->fails('admin', $_, {})->{code}, 'unknown_name', "no $_") for 'mcp.', 'mcp.agency', 'mcp.prompts', 'mcp_read_resource', 'mcp.mcp_read_resource', 'voygen_lib.mcp_read_resource';
	my ($list) = $door->gateway->selectrow_array("select voygen.tools(?, sha256('sunny:admin'))", undef, $door->agency('sunny'));
	unlike($list, qr/"mcp[._]/, 'no list of tools has them');
	my $wrong = $owner->selectcol_arrayref("select proname from pg_proc where pronamespace = 'voygen_lib'::regnamespace and proname like 'mcp\\_%' and (provolatile = 'v' or prosecdef or prorettype <> 'json'::regtype)");
	is_deeply($wrong, [], 'each only reads, with the rights of the caller');
	$owner->do("create function voygen_lib.mcp_writing() returns json language sql volatile set search_path = pg_catalog as 'select ''{}''::json'");
	is($door->fails('admin', 'mcp.writing', {})->{code}, 'unknown_name', 'one that writes is not there');
	$owner->do('drop function voygen_lib.mcp_writing()');
};

done_testing;
