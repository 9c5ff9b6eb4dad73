# Templates: starter examples that come out to the byte, filling in, versions, what create_template refuses and what it remarks on, counts
# of uses, and that another agency sees nothing of them.

use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Test::More;
use CallTest;
use VoygenTest;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $door = CallTest->new('api_templates');
my $owner = $door->owner;
my ($sunny, $rainy) = map { $door->agency($_) } qw(sunny rainy);
my ($yes, $no) = (JSON::PP::true, JSON::PP::false);
my ($ann) = $owner->selectrow_array("select voygen.create_user(?, 'ann\@sunny.example', 'Ann', 'agent')", undef, $sunny);
$door->add_token('sunny', 'ann', 'voygen_agent', user_id => $ann);

sub process { my ($who, $name, $variables, %more) = @_; return $door->call($who, 'process_template', { template_name => $name, variables => $variables, %more }) }
sub refused { my ($name, $variables, %more) = @_; return $door->fails('reader', 'process_template', { template_name => $name, variables => $variables, %more }) }

subtest 'every example of the starter templates comes out as it says' => sub {
	my $examples = $owner->selectall_arrayref("select t.name, t.aliases[1] as alias, e.value->>'name' as example, e.value->'variables' as variables, e.value->>'expected' as expected
		from voygen.template_definitions as t, jsonb_array_elements(t.usage_examples) as e where t.agency_id = ?", { Slice => {} }, $sunny);
	is(scalar @$examples, 4, 'four of them');
	for my $one (@$examples)
	{
		for my $name (grep { defined } $one->{name}, $one->{alias})
		{
			my $made = process('reader', $name, JSON::PP->new->decode($one->{variables}));
			is($made->{content}, $one->{expected}, "$name: $one->{example}");
			is_deeply([@$made{qw(template version warnings)}], [$one->{name}, '1.0.0', []], 'under its own name, without a warning');
		}
	}
};

subtest 'filling in' => sub {
	my %welcome = (client_name => "O'Brien'; DROP TABLE users; --", destination => 'São Paulo {agent_name}', agent_name => '<script>24/7</script>');
	my $text = process('reader', 'client-welcome', \%welcome);
	like($text->{content}, qr/^Dear O'Brien'; DROP TABLE users; --,$/m, 'what looks like SQL is text');
	like($text->{content}, qr/^- Where: São Paulo \{agent_name\}$/m, 'what looks like a placeholder is not looked at again');
	like($text->{content}, qr/^<script>24\/7<\/script>\nSunny$/m, 'the agency signs by its default');
	is_deeply([sort @{ $text->{defaults_applied} }], [qw(agency_name budget_range contact_info followup_timeframe travel_dates traveler_count trip_type)], 'defaults are told');
	my $html = process('reader', 'client-welcome', \%welcome, output_format => 'html');
	like($html->{content}, qr/Dear O&#39;Brien&#39;; DROP TABLE users; --,<br>\n/, 'as HTML all of it is escaped');
	like($html->{content}, qr/&lt;script&gt;24\/7&lt;\/script&gt;/, 'markup is none');
	is($html->{format}, 'html', 'and the format says so');
	like(process('reader', 'client-welcome', { %welcome, agency_name => 'Mine' }, context => { agency_name => 'Theirs', trip_type => 'cruise', stray => 1 })->{content}, qr/\ASubject: Your cruise to .*^Mine$/ms,
		'variables go before context, context before defaults, and what a closed schema does not know of a context is left');

	my $error = refused('three-tier-proposal', { destination => 'Rome' });
	is_deeply([@$error{qw(code path expected)}], ['invalid_argument', '/variables/client_name', 'values for client_name, travel_dates, traveler_count'], 'all that is missing is named');
	$error = refused('three-tier-proposal', { client_name => 'A', destination => 'R', travel_dates => 'May', traveler_count => 2, classic_price => 'cheap' });
	is_deeply([@$error{qw(code path got)}], ['invalid_argument', '/variables/classic_price', 'the text "cheap"'], 'a wrong type is told with what came');
	$error = refused('client-welcome', { %welcome, clientname => 'x' });
	is_deeply([@$error{qw(code path)}], ['unknown_name', '/variables/clientname'], 'a variable nobody knows');
	$error = refused('client-welcome', { %welcome }, context => { trip_type => 5 });
	is($error->{path}, '/context/trip_type', 'a fault of the context is looked for there');
	$error = refused('letter', {});
	is_deeply([@$error{qw(code path)}], [qw(not_found /template_name)], 'a template there is not');
	like($error->{expected}, qr/client-welcome-email \(client-communication\), followup-email .*three-tier-proposal \(proposals\)/, 'those there are are listed');
	$error = refused('three-tier-proposal', {}, output_format => 'html');
	is_deeply([@$error{qw(code path expected got)}], ['invalid_argument', '/output_format', 'markdown', 'html'], 'Markdown is not had as HTML');
	like(refused('client-welcome', \%welcome, output_format => 'pdf')->{expected}, qr/"text", "html"/, 'formats are listed');
};

my %letter = (name => 'visa-reminder', title => 'Reminder of visas', category => 'client-communication', aliases => ['visa'],
	content => "Dear {client.name|'traveller'},\nyour passport has to be valid until {until|'MMMM D, YYYY'}.\n{{#each documents as d}}- {d|upper}\n{{/each}}{price|currency}",
	variables_schema => { 'client.name' => { type => 'string' }, until => { type => 'date', required => $yes }, documents => { type => 'array' }, price => { type => 'number', default => 25 } },
	usage_examples => [{ name => 'one', variables => { client => { name => 'Ana' }, until => '2027-03-04', documents => ['passport', 'visa'] },
		expected => "Dear Ana,\nyour passport has to be valid until March 4, 2027.\n- PASSPORT\n- VISA\n\$25.00" }]);

subtest 'creating' => sub {
	my $made = $door->call('admin', 'create_template', \%letter);
	is_deeply([@$made{qw(name version changed replaced examples_checked)}], ['visa-reminder', '1.0.0', $yes, undef, 1], 'made, and its example tried');
	is_deeply([@$made{qw(variables undefined unused warnings)}], [[qw(client.name until documents price)], [], [], []], 'nothing to remark on');
	is($door->fails('agent', 'create_template', \%letter)->{code}, 'not_allowed', 'an agent may not');

	for (['an open placeholder', { content => "Dear {client.name}\n  and {until" }, '/content', qr/line 2, column 7: what opens here is not closed by \}/, '  and {until'],
		['an open block', { content => '{{#if until}}x' }, '/content', qr/line 1, column 1: this \{\{#if\}\} is not closed/, '{{#if until}}x'],
		['a schema that is none', { variables_schema => { until => { type => 'moment' } } }, '/variables_schema', qr/^the schema of the variable until cannot be used: "type" must be a type name/, undef],
		['an example that comes out otherwise', { usage_examples => [{ name => 'x', variables => { until => '2027-03-04' }, expected => "Dear traveller,\nyour passport has to be valid until March 5, 2027.\n\$25.00" }] },
			'/usage_examples/0/expected', qr/example "x" does not come out as expected/, 'line 2: your passport has to be valid until March 4, 2027.'],
		['an example without what is needed', { usage_examples => [{ name => 'x', variables => {} }] }, '/usage_examples/0/variables/until', qr/example "x": a variable is missing: until/, 'nothing'],
		['an example with a wrong date', { usage_examples => [{ name => 'x', variables => { until => 'soon' } }] }, '/usage_examples/0/variables/until', qr/the variable until/, 'the text "soon"'],
		['a name that is none', { name => 'a b' }, '/name', qr/cannot have this name/, 'a b'],
		['a name of another', { name => 'client-welcome' }, '/name', qr/is a name of template client-welcome-email/, 'client-welcome'],
		['an alias of another', { aliases => ['x', 'followup-email'] }, '/aliases/1', qr/is a name of template followup-email/, 'followup-email'],
		['a version that is none', { version => 'two' }, '/version', qr/two is no version/, 'two'])
	{
		my ($what, $changes, $path, $message, $got) = @$_;
		my $error = $door->fails('admin', 'create_template', { %letter, %$changes });
		is_deeply([@$error{qw(path got)}], [$path, $got], "$what is refused where it is") if defined $got;
		is($error->{path}, $path, "$what: where") unless defined $got;
		like($error->{message}, $message, 'and why');
	}
	is($owner->selectrow_array("select count(*) from voygen.template_definitions where name = 'visa-reminder'"), 1, 'nothing of it was kept');

	$made = $door->call('admin', 'create_template', { %letter, name => 'rough', aliases => [], usage_examples => [], content => 'Dear {client.name} of {city}, {until|World}' });
	is_deeply([@$made{qw(undefined unused)}], [['city'], [qw(price documents)]], 'what the schema does not know, what is not used');
	is_deeply($made->{warnings}, ['line 1, column 38: World is no filter and is taken as the default \'World\'; put a default in quotes', 'the schema does not know the variable city',
		'the variable price of the schema is not used', 'the variable documents of the schema is not used'], 'is told');
};

subtest 'versions' => sub {
	my %given = (client => { name => 'Ana' }, until => '2027-03-04');
	is($door->call('admin', 'create_template', \%letter)->{changed}, $no, 'the same again changes nothing');
	my $made = $door->call('admin', 'create_template', { %letter, content => "Hello {client.name}, {until|'D MMM'}", usage_examples => [] });
	is_deeply([@$made{qw(version replaced changed)}], ['1.1.0', '1.0.0', $yes], 'another text is the next version');
	is(process('agent', 'visa', \%given)->{content}, 'Hello Ana, 4 Mar', 'which is in use at once, under its other name too');
	like(process('agent', 'visa', \%given, version => '1.0.0')->{content}, qr/^Dear Ana,$/m, 'the earlier one can be filled in');
	is($door->call('admin', 'create_template', { %letter, version => '2.0.0' })->{version}, '2.0.0', 'a version of its own');
	is_deeply([@{ $door->fails('admin', 'create_template', { %letter, version => '1.2.0' }) }{qw(code path expected)}], ['conflict', '/version', 'a version above 2.0.0'], 'they only go up');
	is_deeply([@{ refused('visa', \%given, version => '3.0.0') }{qw(code path expected)}], ['not_found', '/version', 'one of 1.0.0, 1.1.0, 2.0.0'], 'a version there is not');
	my $old = $door->call('reader', 'get_template', { template_name => 'visa', version => '1.1.0' });
	is_deeply([@$old{qw(name version is_active content unused)}], ['visa-reminder', '1.1.0', $no, "Hello {client.name}, {until|'D MMM'}", [qw(price documents)]], 'and be read');
	is_deeply([map { [@$_{qw(version is_active uses)}] } @{ $old->{versions} }], [['2.0.0', $yes, 0], ['1.1.0', $no, 1], ['1.0.0', $no, 1]], 'with all there are');
};

subtest 'uses are counted, by whom' => sub {
	my $client = $door->call('agent', 'create_client', { name => 'Demo Client' });
	my $trip = $door->call('agent', 'create_trip', { client_id => $client->{slug}, title => 'A week', destination => 'Rome', start_date => '2027-05-01', end_date => '2027-05-08' });
	process('ann', 'visa', { until => '2027-03-04' }, trip_id => $trip->{slug}, client_id => $client->{slug}) for 1 .. 3;
	my $read = $door->call('reader', 'get_template', { template_name => 'visa' });
	is_deeply([@{ $read->{versions}[0] }{qw(uses last_used_by)}], [3, $ann], 'three times, last by her');
	my ($line) = grep { $_->{name} eq 'visa-reminder' } @{ $door->call('reader', 'list_templates', {})->{templates} };
	is_deeply([@$line{qw(version versions uses required)}], ['2.0.0', 3, 5, ['until']], 'of all its versions in the list');
	is_deeply($owner->selectall_arrayref('select trip_id, client_id, used_by, count(*) from voygen.template_usage where agency_id = ? group by 1, 2, 3', undef, $sunny),
		[[$trip->{trip_id}, $client->{client_id}, $ann, 3]], 'and for which trip and client');
	refused('visa', {});
	is($owner->selectrow_array('select sum(uses) from voygen.template_uses where agency_id = ? and user_id = ?', undef, $sunny, $ann), 3, 'what failed is no use');
	is_deeply([@{ refused('visa', { until => '2027-03-04' }, trip_id => 'nowhere') }{qw(code path)}], [qw(not_found /trip_id)], 'a trip there is not');
	is_deeply([map { $_->{name} } @{ $door->call('reader', 'list_templates', { category => 'proposals' })->{templates} }], ['three-tier-proposal'], 'the list by what they are for');
};

# A confirmation with all that the language has, and rules of every kind; what has to come out was written by hand.
my %confirmation = (name => 'trip-confirmation', title => 'Confirmation of a trip', category => 'itinerary-templates', format => 'html', content => <<'CONTENT',
<h1>{trip.title}</h1>
<p>Dear {client.name}{client.tier=='vip'?' <em>(VIP)</em>':client.tier=='platinum'?' <em>(Platinum)</em>':''}, {client.phone|'no telephone'}</p>
<p>{trip.start|'dddd, MMMM D, YYYY'} to {trip.end|'MMM DD, YYYY'}, {trip.nights} {trip.nights==1?'night':'nights'}, for {adults}{children>0?' and '+children:''} {adults<=1 && !children?'person':'people'}.</p>
{{#if flights.length>0}}<table>{{#each flights as f}}<tr><td>{f.number|upper}</td><td>{f.day|'D MMM'} {f.at|'h:mm A'}</td></tr>{{/each}}</table>{{else}}<p>No flights.</p>{{/if}}
{{#each hotels as h}}<h2>{h.name|title}</h2><p>Check-in {h.checkin|'3:00 PM'}; {{#each h.rooms as r}}{r.guests|join(' & ')} ({r.price|currency(currency)}) {{else}}rooms to be assigned{{/each}}</p>{{/each}}
<p>Total {total|currency(currency)}, {points|comma} points. {deposit|currency(currency)|'No deposit'}{balance_due?', the rest by '+balance_due|'MMMM D':''}</p>
{special|list}
<style>p \{ color: {colour|'black'} } </style><p>{notes|truncate(20)|'–'}</p>{agent.name|'Your advisor'}, {agent.email|lower}
CONTENT
	variables_schema => { 'client.name' => { type => 'string', required => $yes, min => 2 }, 'client.tier' => { type => 'string', enum => [qw(standard vip platinum)], default => 'standard' }, 'client.phone' => { type => 'string', format => 'phone' },
		'trip.title' => { type => 'string', required => $yes }, 'trip.start' => { type => 'date', required => $yes }, 'trip.end' => { type => 'string', format => 'date-iso', required => $yes }, 'trip.nights' => { type => 'integer', min => 1, max => 99 },
		adults => { type => 'integer', min => 1, default => 2 }, children => { type => 'integer', min => 0, default => 0 }, currency => { type => 'string', pattern => '^[A-Z]{3}$', default => 'USD' },
		flights => { type => 'array', items => { type => 'object', properties => { day => { type => 'date' }, at => { type => 'string', format => 'time' } }, required => ['number'] }, default => [] },
		hotels => { type => 'array', min => 1 }, total => { type => 'number', min => 0, required => $yes }, points => { type => 'integer', default => 0 }, deposit => { type => 'number' }, balance_due => { type => 'date' },
		special => { type => 'array' }, notes => { type => 'string', max => 200 }, colour => { type => 'string' }, 'agent.name' => { type => 'string' }, 'agent.email' => { type => 'string', format => 'email' } },
	usage_examples => [
		{ name => 'everything', variables => { client => { name => "D'Arcy & Co", tier => 'vip', phone => '+1 (555) 010-0200' }, trip => { title => 'Rome <3', start => '2027-05-01', end => '2027-05-08', nights => 7 }, adults => 2, children => 1, currency => 'EUR',
			flights => [{ number => 'az 611', day => '2027-05-01', at => '15:05' }, { number => 'az 610', day => '2027-05-08', at => '9:30 AM' }],
			hotels => [{ name => 'HOTEL DEL CORSO', rooms => [{ guests => ['Ana', 'Bo'], price => '1234.505' }, { guests => ['Cy'], price => 0 }] }, { name => "locanda d'oro", checkin => 'noon', rooms => [] }],
			total => 4321.5, points => 12500, deposit => 500, balance_due => '2027-04-01', special => ['honeymoon', '<sea view>'], notes => 'Allergic to nuts and cats', 'agent.email' => 'Ann@Sunny.example', 'agent.name' => 'Ann {total}' },
			expected => <<'EXPECTED' },
<h1>Rome &lt;3</h1>
<p>Dear D&#39;Arcy &amp; Co <em>(VIP)</em>, +1 (555) 010-0200</p>
<p>Saturday, May 1, 2027 to May 08, 2027, 7 nights, for 2 and 1 people.</p>
<table><tr><td>AZ 611</td><td>1 May 3:05 PM</td></tr><tr><td>AZ 610</td><td>8 May 9:30 AM</td></tr></table>
<h2>Hotel Del Corso</h2><p>Check-in 3:00 PM; Ana &amp; Bo (€1,234.51) Cy (€0.00) </p><h2>Locanda D&#39;oro</h2><p>Check-in noon; rooms to be assigned</p>
<p>Total €4,321.50, 12,500 points. €500.00, the rest by April 1</p>
<ul>
<li>honeymoon</li>
<li>&lt;sea view&gt;</li>
</ul>
<style>p { color: black } </style><p>Allergic to nuts ...</p>Ann {total}, ann@sunny.example
EXPECTED
		{ name => 'the least', variables => { 'client.name' => 'Li', trip => { title => 'Day out', start => '2027-02-28T08:00:00Z', end => '2027-02-28', nights => 1 }, adults => 1, total => '99' }, expected => <<'EXPECTED' }]);
<h1>Day out</h1>
<p>Dear Li, no telephone</p>
<p>Sunday, February 28, 2027 to Feb 28, 2027, 1 night, for 1 person.</p>
<p>No flights.</p>

<p>Total $99.00, 0 points. No deposit</p>

<style>p { color: black } </style><p>–</p>Your advisor, 
EXPECTED

subtest 'a template that uses everything' => sub {
	my $made = $door->call('admin', 'create_template', \%confirmation);
	is_deeply([@$made{qw(examples_checked undefined unused warnings)}], [2, [], [], []], 'its examples come out to the byte');
	my %least = %{ $confirmation{usage_examples}[1]{variables} };
	for (['client.name', 'X', '/client/name', qr/at least 2/], ['adults', 0, '/adults', qr/at least 1/], ['adults', 1.5, '/adults', qr/integer|whole/], ['currency', 'eur', '/currency', qr/\^\[A-Z\]/], ['client.tier', 'gold', '/client/tier', qr/"vip"/],
		['client.phone', 'none', '/client/phone', qr/telephone/], ['agent.email', 'x', '/agent/email', qr/e-mail/], ['flights', [{ number => 'a', at => '25:00' }], '/flights/0/at', qr/time of day/], ['hotels', [], '/hotels', qr/1/],
		['notes', 'x' x 201, '/notes', qr/200/], ['total', -1, '/total', qr/0/], ['balance_due', 'soon', '/balance_due', qr/YYYY-MM-DD/])
	{
		my ($name, $value, $path, $expected) = @$_;
		my $error = refused('trip-confirmation', { %least, $name => $value });
		is($error->{path}, "/variables$path", "$name as it may not be: where");
		like($error->{expected} // '', $expected, 'and what was expected');
	}
};

subtest 'a changed row is another template at once' => sub {
	my %given = (client => { name => 'Ana' }, until => '2027-03-04');
	process('agent', 'visa', \%given);
	$owner->do("update voygen.template_definitions set content = 'Now {client.name}' where agency_id = ? and name = 'visa-reminder' and is_active", undef, $sunny);
	is(process('agent', 'visa', \%given)->{content}, 'Now Ana', 'in the session that has filled in the old one');
	$owner->do("update voygen.template_definitions set content = 'Now {client.name' where agency_id = ? and name = 'visa-reminder' and is_active", undef, $sunny);
	my $error = refused('visa', \%given);
	is_deeply([@$error{qw(code path got)}], ['invalid_argument', '/template_name', 'Now {client.name'], 'one that was broken past the tools is told');
	like($error->{message}, qr/^template visa-reminder: line 1, column 5: /, 'with its name and place');
	like($door->call('reader', 'get_template', { template_name => 'visa' })->{warnings}[0], qr/^it cannot be filled in: .*line 1, column 5/, 'and can be looked at');
	process('agent', 'client-welcome', { client_name => 'A', destination => 'B', agent_name => "C$_" }) for 1 .. 200;
	$door->call('admin', 'create_template', { %letter, name => 'many', aliases => [], content => "{until} $_", usage_examples => [] }) for 1 .. 150;
	is(process('agent', 'many', \%given)->{content}, '2027-03-04 150', 'more templates than a session keeps');
};

subtest 'examples from before they said what comes out' => sub {
	open my $file, '<:encoding(UTF-8)', checkout() . '/sql/starter_templates.sql' or die $!;
	my ($refresh) = do { local $/; <$file> } =~ /^(update voygen\.template_definitions.*;)\s*\z/ms;
	my $before = '[{"name": "A week after a proposal for Japan", "variables": {"client_name": "Demo Client", "destination": "Japan", "followup_message": "A week ago we sent you our ideas for Kyoto and Tokyo. Have you had time to look at them?",
		"call_to_action": "Shall we talk on Thursday? Tell us an hour that suits you.", "proposal_date": "September 2 2025", "travel_dates": "April 2026", "traveler_count": "2 adults"}}]';
	my $examples = sub { return $owner->selectrow_array("select usage_examples from voygen.template_definitions where agency_id = ? and name = 'followup-email'", undef, $sunny) };
	my $put = sub { $owner->do("update voygen.template_definitions set $_[0] = ? where agency_id = ? and name = 'followup-email'", undef, $_[1], $sunny) };
	my ($now) = $examples->();
	$put->(usage_examples => $before);
	$owner->do($refresh);
	is($examples->(), $now, 'become what they are now');
	$put->(usage_examples => $before =~ s/2 adults/3 adults/r);
	$owner->do($refresh);
	like($examples->(), qr/3 adults(?!.*expected)/, 'but not those an agency has changed');
	my ($content) = $owner->selectrow_array("select content from voygen.template_definitions where agency_id = ? and name = 'followup-email'", undef, $sunny);
	$put->(usage_examples => $before);
	$put->(content => "Ours: {client_name}");
	$owner->do($refresh);
	unlike($examples->(), qr/expected/, 'nor those of a text it has changed');
	is($owner->do($refresh), '0E0', 'and nothing is written twice');
	$put->(content => $content);
	$put->(usage_examples => $now);
};

subtest 'what is shown of long values is cut between characters' => sub {
	my $said = sub { my ($template, $odd) = @_; return $owner->selectrow_array("select array_to_string(warnings, '; ') from voygen.placeholders_render(?, 'text', null, null, null, null, jsonb_build_object('d', ? || repeat('é', 100)), null)", undef, $template, $odd) };
	is($said->("{d|'MMMM'}", ''), 'line 1, column 4: ' . 'é' x 40 . ' stands as it is: it is no date or time', 'an even number of bytes');
	is($said->("{d|'MMMM'}", 'x'), 'line 1, column 4: x' . 'é' x 39 . ' stands as it is: it is no date or time', 'an odd one');
	ok(!eval { $said->('{{#each d as x}}{{/each}}', 'x'); 1 }, 'and in an error');
	like(CallTest::error_of($owner)->{message}, qr/this is xé{39}$/, 'which is whole as well');
};

subtest 'another agency' => sub {
	is($door->fails('rainy:admin', 'process_template', { template_name => $_ })->{code}, 'not_found', "does not have $_") for qw(visa-reminder visa);
	unlike($door->fails('rainy:admin', 'get_template', { template_name => 'visa' })->{expected}, qr/visa/, 'nor is it listed to them');
	is_deeply([map { $_->{name} } @{ $door->call('rainy:reader', 'list_templates', {})->{templates} }], [qw(client-welcome-email followup-email three-tier-proposal)], 'they have the starter templates');
	is($_->{uses}, 0, "$_->{name}: of which they know their own uses") for @{ $door->call('rainy:reader', 'list_templates', {})->{templates} };
	is($door->call('rainy:admin', 'create_template', { %letter, content => 'Theirs {until}', usage_examples => [] })->{version}, '1.0.0', 'the same name is free for them');
	is(process('rainy:agent', 'visa', { until => '2027-03-04' })->{content}, 'Theirs 2027-03-04', 'and theirs');
	my $error = $door->fails('rainy:agent', 'process_template', { template_name => 'visa', variables => { until => '2027-03-04' }, client_id => 'demo-client' });
	is_deeply([@$error{qw(code path)}], [qw(not_found /client_id)], "sunny's client is not there for them");
	ok(!eval { $owner->do("set role voygen_agent"); $owner->do('insert into voygen.template_uses (agency_id, template_id) values (1, 1)'); 1 }, 'nobody counts past the tool');
	$owner->do('reset role');
};

done_testing();
