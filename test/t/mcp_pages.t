# The pages that show results in a client, as a browser shows them: a host of ours embeds each as hosts do, hands over what the tool
# answered, and looks at what is there. Words of hotels, trips and warnings are hostile throughout and must stay words.

use strict;
use utf8;
use warnings;
use Digest::SHA qw(sha256_base64);
use Encode qw(encode);
use FindBin;
use lib "$FindBin::RealBin/../lib";
use JSON::PP;
use Test::More;
use CallTest;
use Chromium;
use VoygenTest qw(checkout);

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $door = CallTest->new('mcp_pages');
my $json = JSON::PP->new->canonical->allow_nonref->allow_bignum->ascii;

# What a name can hold to become more than a name
my @hostile = ('<img src=x onerror="top.taken=1">', '<script>top.taken=1</script>', '"><svg onload=top.taken=1>', "javascript:top.taken=1", '{{constructor.constructor("top.taken=1")()}}',
	'</script><script>top.taken=1</script>', '<iframe srcdoc="<script>top.top.taken=1</script>">', '<a href="https://evil.example/">free</a>', '&lt;b&gt;', "<style>*{display:none}</style>");

# Given a trip with hotels of such names
my $client = $door->call('agent', 'create_client', { name => 'Demo Client' })->{slug};
my $trip = $door->call('agent', 'create_trip', { client_id => $client, title => 'A week', destination => 'Rome', start_date => '2027-09-10', end_date => '2027-09-20',
	legs => [{ city => "Rome $hostile[0]", arrive_date => '2027-09-10', depart_date => '2027-09-15' }, { city => 'Ostia', arrive_date => '2027-09-15', depart_date => '2027-09-20' }] })->{slug};
for my $leg (["Rome $hostile[0]", '2027-09-10', '2027-09-15'], ['Ostia', '2027-09-15', '2027-09-20'])
{
	$door->call('agent', 'ingest_hotels', { trip_id => $trip, site => 'navitrip', check_in => $leg->[1], check_out => $leg->[2], hotels => [
		map { { name => "$leg->[0] $_ " . $hostile[$_ % @hostile], site_id => substr($leg->[0], 0, 1) . $_, city => $leg->[0], available => JSON::PP::true, star_rating => 3 + $_ % 3, review_score => 8.5, distance_to_center => 1.2, refundable => $_ % 2 ? JSON::PP::true : JSON::PP::false,
			stated_commission => { percent => 12 }, lead_price => { amount => 1000 + 90 * $_, currency => 'USD', basis => 'per_night', tax => 'excluded' } } } 0 .. 9 ] });
}
$door->call('agent', 'add_booking', { trip_id => $trip, kind => 'other', supplier => $hostile[1], price => { amount => 250, currency => 'EUR' } });
my ($first_leg) = $door->owner->selectrow_array('select leg_id from voygen.trip_legs order by seq limit 1');
$door->call('agent', 'add_booking', { trip_id => $trip, leg_id => $first_leg, kind => 'hotel', site => 'navitrip', price => { amount => 1000, currency => 'USD' }, stated_commission => { amount => 120 }, check_in => '2027-09-10', check_out => '2027-09-15' });
my %result = map { $_->[0] => $door->call('agent', $_->[0], $_->[1]) } ['shortlist_hotels', { trip_id => $trip, per_tier => 2 }], ['calculate_trip_commission', { trip_id => $trip }];
my %html = map { $_ => $door->call('agent', 'mcp.read_resource', { uri => "ui://voygen/$_" })->{contents}[0]{text} } qw(shortlist commission);

subtest 'what a page is made of' => sub {
	for my $name (sort keys %html)
	{
		my ($policy) = $html{$name} =~ /http-equiv="Content-Security-Policy" content="([^"]+)"/;
		my %part = map { my ($what, @from) = split; ($what => "@from") } split /; /, $policy;
		is_deeply([@part{qw(default-src base-uri form-action)}], [(q('none')) x 3], "$name: the policy lets nothing in");
		for my $element ([script => 'script-src'], [style => 'style-src'])
		{
			my @inside = $html{$name} =~ m{<$element->[0]>(.*?)</$element->[0]>}sg;
			is(scalar @inside, 1, "$name: one $element->[0]");
			my $digest = sha256_base64(encode('UTF-8', $inside[0]));
			is($part{ $element->[1] }, "'sha256-$digest='", '... which alone the policy lets in');
		}
		unlike($html{$name}, qr/innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|fetch\(|XMLHttp|import\(|https?:|src=|href=|\bon[a-z]+=/, "$name: parses nothing, fetches nothing, opens nothing");
		unlike($html{$name}, qr/\{\{/, "$name: every part is in its place");
	}
};

my $browser = Chromium->new;

# A host: embeds the page as hosts do (in a frame that may run scripts; of the same origin here, so that the test can look inside and
# whatever breaks out can be seen), speaks MCP Apps, and keeps what it hears.
sub hosted
{
	my ($name, $tool_result, %options) = @_;
	my $page = $browser->page(%options);
	my $context = $json->encode({ theme => $options{dark} ? 'dark' : 'light', locale => 'en-US', %{ $options{context} // {} } });
	$page->content(<<~"HTML");
		<!doctype html><meta charset="utf-8"><title>host</title><style>body { margin: 0 } iframe { border: 0; width: 100%; height: 100vh }</style>
		<script>
		window.heard = [];
		window.addEventListener("message", event => {
			heard.push(event.data);
			if (event.data.method === "ui/initialize")
				event.source.postMessage({jsonrpc: "2.0", id: event.data.id, result: {protocolVersion: "2026-01-26", hostInfo: {name: "test", version: "1"}, hostCapabilities: {}, hostContext: $context}}, "*");
			if (event.data.method === "ui/notifications/initialized") window.ready = true;
		});
		window.tell = (method, params, id) => document.querySelector("iframe").contentWindow.postMessage({jsonrpc: "2.0", method, params, id}, "*");
		window.until = async what => { for (let i = 0; i < 600; i++) { if (what()) return true; await new Promise(done => setTimeout(done, 20)); } return false; };
		</script>
		<iframe sandbox="allow-scripts allow-same-origin"></iframe>
		HTML
	$page->value('document.querySelector("iframe").srcdoc = ' . $json->encode($html{$name}) . '; 1');
	ok($page->value('until(() => window.ready)'), "$name: says hello and hears the answer");
	if (defined $tool_result)
	{
		$page->value('tell("ui/notifications/tool-result", ' . $json->encode({ content => [], structuredContent => $tool_result }) . '); 1');
		ok($page->value('until(() => document.querySelector("iframe").contentDocument.querySelector("h1"))'), "$name: shows the result");
	}
	return $page;
}
my $inside = 'document.querySelector("iframe").contentDocument';
sub texts { my ($page, $selector) = @_; return $page->value("[...$inside.querySelectorAll('$selector')].map(e => e.textContent)") }

sub nothing_taken
{
	my ($page, $what) = @_;
	$page->value('new Promise(done => setTimeout(done, 200))');
	is($page->value('window.taken === undefined && window.frames[0].taken === undefined'), JSON::PP::true, "$what: no word has run");
	is($page->value("$inside.querySelectorAll('main img, main script, main svg, main iframe, main a, main b:not(.figure b), main style, main [onerror], main [onload]').length"), 0, "$what: no word has become an element");
	is_deeply([grep { !/^(about|data):/ } $page->requests], [], "$what: nothing was asked for");
	return;
}

subtest 'the shortlist' => sub {
	my $page = hosted('shortlist', $result{shortlist_hotels});
	my $tiers = $result{shortlist_hotels}{tiers};
	my @names = map { map { $_->{name} } @{ $tiers->{$_} } } qw(low medium high);
	cmp_ok(scalar @names, '>=', 6, scalar(@names) . ' hotels');
	is_deeply(texts($page, '.card h3'), \@names, 'a card for each hotel, its name as it is');
	is_deeply(texts($page, '.tier h2'), [map { ucfirst($_) . ' · ' . @{ $tiers->{$_} } } qw(low medium high)], 'three tiers');
	like(texts($page, '.card .price')->[0], qr/^\$[\d,]+\.\d\d a night$/, 'the price of a night, in its currency');
	like(join("\n", @{ texts($page, '.commission') }), qr/earns \$[\d,]+\.\d\d \(12 %\)/, 'the commission');
	like(join("\n", @{ texts($page, '.card p') }), qr/Ostia · navitrip/, 'the leg, where there are several');
	is($page->value("$inside.documentElement.scrollWidth <= 1000"), JSON::PP::true, 'it fits its width');
	is($page->value('[...new Set(' . $inside . '.querySelectorAll(".tier"))].map(t => t.getBoundingClientRect().top).every((top, i, all) => top === all[0])'), JSON::PP::true, '... the tiers side by side');
	ok($page->value('heard.some(m => m.method === "ui/notifications/size-changed" && m.params.height > 200)'), 'it tells its size');
	nothing_taken($page, 'shortlist');
	$page->screenshot(checkout() . '/build/test/shortlist.png');

	my $phone = hosted('shortlist', $result{shortlist_hotels}, width => 390, height => 800, dark => 1);
	is($phone->value("$inside.documentElement.scrollWidth"), 390, 'on a telephone it is as wide as the telephone');
	is($phone->value("new Set([...$inside.querySelectorAll('.tier')].map(t => t.getBoundingClientRect().left)).size"), 1, '... the tiers one below the other');
	is($phone->value("getComputedStyle($inside.body).backgroundColor"), 'rgb(22, 24, 28)', '... and dark where the host is');
	$phone->screenshot(checkout() . '/build/test/shortlist_phone.png');
	$phone->value('tell("ui/notifications/host-context-changed", {theme: "light"}); 1');
	ok($phone->value("until(() => getComputedStyle($inside.body).backgroundColor === 'rgb(255, 255, 255)')"), 'and light when the host changes its mind');
};

subtest 'the commission report' => sub {
	my $page = hosted('commission', $result{calculate_trip_commission}, width => 700);
	my $report = $result{calculate_trip_commission};
	is_deeply([map { s/^(Booked|Client pays for it|Possible)//r } @{ texts($page, '.figure') }], [map { my $n = sprintf '%.2f', $_; 1 while $n =~ s/^(\d+)(\d{3})/$1,$2/; "\$$n" } @$report{qw(booked booked_total potential)}], 'what is booked, paid and possible');
	my $rows = texts($page, 'tbody tr td:first-child');
	is(scalar @$rows, @{ $report->{by_leg} } + @{ $report->{by_site} } + @{ $report->{other_currencies} }, 'a row for each leg, site and other currency');
	is_deeply(texts($page, 'li'), $report->{warnings}, 'the warnings, word for word');
	cmp_ok(scalar @{ $report->{warnings} }, '>', 0, '... of which there are some');
	my ($first) = @{ $report->{by_leg} };
	is($page->value("$inside.querySelector('.bar i').style.width"), sprintf('%.0f%%', 100 * $first->{booked} / $first->{potential}), 'how much of the first leg is booked');
	is($page->value("$inside.querySelectorAll('.bar').length"), scalar(grep { $_->{potential} } @{ $report->{by_leg} }), '... of every leg that could earn');
	nothing_taken($page, 'commission');
	$page->screenshot(checkout() . '/build/test/commission.png');
	my $phone = hosted('commission', $report, width => 360, dark => 1);
	is($phone->value("$inside.documentElement.scrollWidth"), 360, 'on a telephone it is as wide as the telephone');
	$phone->screenshot(checkout() . '/build/test/commission_phone.png');
};

subtest 'what a host may say otherwise' => sub {
	my $page = hosted('shortlist', undef);
	my $said = sub { $page->value("tell($_[0]); 1"); return $page->value("until(() => $inside.querySelector('main').textContent.includes(" . $json->encode($_[1]) . '))') };
	ok($said->('"ui/notifications/tool-result", ' . $json->encode({ isError => JSON::PP::true, content => [{ type => 'text', text => "no trip $hostile[0]" }] }), "no trip $hostile[0]"), 'an error is told in its words');
	ok($said->('"ui/notifications/tool-result", {content: []}', 'no result'), 'nothing at all');
	ok($said->('"ui/notifications/tool-result", {structuredContent: {odd: 1}}', 'not one this page can show'), 'a result of something else');
	ok($said->('"ui/notifications/tool-result", ' . $json->encode({ content => [{ type => 'text', text => $json->encode($result{shortlist_hotels}) }] }), 'Low · '), 'a result as text alone');
	ok($said->('"ui/notifications/tool-cancelled", {}', 'cancelled'), 'a call that was cancelled');
	$page->value('heard.length = 0; tell("ui/resource-teardown", {}, 77); tell("tools/call", {}, 78); tell("__proto__", {}); tell("ui/notifications/host-context-changed", ' .
		$json->encode({ theme => 'purple', locale => 'no such locale', styles => { variables => { '--color-text-primary' => 'red', 'background' => 'url(https://evil.example/)', '--x' => 'url(https://evil.example/)' } } }) . '); 1');
	ok($page->value('until(() => heard.some(m => m.id === 77 && m.result) && heard.some(m => m.id === 78 && m.error && m.error.code === -32601))'), 'requests are answered');
	ok($page->value("until(() => getComputedStyle($inside.body).color === 'rgb(255, 0, 0)')"), 'colours of the host are taken');
	is($page->value("$inside.documentElement.getAttribute('style')"), '--color-text-primary: red;', '... and nothing else');
	# Only the host is heard
	$page->value('document.body.append(Object.assign(document.createElement("iframe"), {id: "other", srcdoc: "<script>parent.frames[0].postMessage({jsonrpc: \'2.0\', method: \'ui/notifications/tool-result\', params: {isError: true, content: [{type: \'text\', text: \'forged\'}]}}, \'*\'); parent.sent = true<\/script>"})); 1');
	ok($page->value('until(() => window.sent)'), 'another frame speaks');
	is($page->value("new Promise(done => setTimeout(() => done($inside.querySelector('main').textContent.includes('forged')), 200))"), JSON::PP::false, '... and is not heard');
	nothing_taken($page, 'a host');
};

done_testing;
