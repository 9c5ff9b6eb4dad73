# voygen pdf: what is on the paper, that the same document is the same file, and that nothing a document does gets out of
# it, hangs the printer or leaves something behind. By real Chromium; the PDFs are read by poppler. PDF_DOCUMENTS is how many in
# a row.
use strict;
use utf8;
use warnings;
use IO::Socket::INET;
use Test::More;
use Time::HiRes qw(sleep time);
use PdfTest;

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $desk = PdfTest->new;
my $canary = PdfTest::Canary->new;
my $port = $canary->port;
my $root = $> == 0;

my $many = $ENV{PDF_DOCUMENTS} // 20;

sub can_do { my @command = @_; return system("@command >/dev/null 2>&1") == 0 }

my @expected_isolation = (
	can_do($root ? 'setpriv --reuid=65534 --regid=65534 --clear-groups unshare -U -n true' : 'unshare -U -n true') ? "Chromium's sandbox on" : 'NO sandbox .*',
	can_do($root ? 'unshare -n true' : 'unshare -U -n true') ? 'no network' : 'NO network namespace .*',
	$root ? 'user 65534' : "user $> \\(the caller's own\\)", 'no new privileges');
my $isolation = join ', ', @expected_isolation;

subtest 'what is on the paper' => sub {
	$desk->put('in/img/pixel.png', PdfTest::png(40, 30, 20, 120, 200));
	$desk->put('in/img/broken.png', 'no picture at all');
	$desk->put('in/fonts/own.ttf', PdfTest::slurp('/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf'));
	$desk->put('in/css/look.css', '@font-face { font-family: Own; src: url(../fonts/own.ttf) } h2 { font-family: Own; font-weight: normal; break-before: page } #sea { background: url("../img/gone%20.png"); color: #0a0 }');
	my $html = <<~'HTML';
		<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Own title</title><link rel="stylesheet" href="css/look.css">
		<style>body { margin: 0; font-family: "DejaVu Sans" } h1 { margin: 0; font-size: 20pt; line-height: 1 }</style></head><body>
		<h1>Rome</h1><p id="sea">Zwölf Tage – ¿qué más? 海辺 مرحبا ★</p>
		<img src="img/pixel.png" alt="blue"><img src="/img/pixel.png?again" alt="blue"><img src="img/broken.png" alt="torn"><img src="img/none.png" alt="lost">
		<img loading="lazy" style="margin-top: 4000px" src="img/pixel.png?late" alt="late"><noscript>noscript shown</noscript><script>document.body.innerHTML = "script ran"</script>
		<h2>The second day</h2><p>More words</p></body></html>
		HTML
	my @arguments = ('--resources', 'in', '--title', 'A “week” in Rome', '--date', '2027-03-04', '--draft', '--header', 'Demo \\ "Agency" <b>', '--footer', 'Page {page} of {pages} {pag}', '--verbose');
	my $run = $desk->print($html, @arguments);
	is($run->{status}, 0, 'it is printed') or diag($run->{err});
	my $pdf = $run->{pdf};
	like($run->{err}, qr/ready after \d+ ms: $isolation$/m, 'the isolation in force is told');
	is_deeply([sort $run->{err} =~ /missing: (\S+) \((.*?)\)/g],
		[sort map { ("http://render.invalid/img/$_->[0]", $_->[1]) } ['broken.png', 'no image that can be read'], ['gone%20.png', "not among the document's resources"], ['none.png', "not among the document's resources"]],
		'what is missing is named, each once');

	my $info = $desk->info($pdf);
	my ($pages) = $info =~ /^Pages:\s+(\d+)/m;
	like($info, qr/^Title:\s+A “week” in Rome$/m, 'title');
	like($info, qr/^$_:\s+2027-03-04T00:00:00Z$/m, $_) for qw(CreationDate ModDate);
	like($info, qr/^$_:\s+Voygen$/m, "$_ says nothing of the browser") for qw(Creator Producer);
	unlike(PdfTest::slurp($pdf), qr/Mozilla|Chrome|Skia/, '... nor does anything else');
	like($info, qr/^Tagged:\s+yes$/m, 'tagged');
	like($info, qr/^Page size:.*\(A4\)$/m, 'A4');
	like($info, qr/^JavaScript:\s+no$/m, 'no script in it');
	like($desk->structure($pdf), qr/H1.*"Rome".*H2.*"The second day"/s, 'headings are tagged as such');
	unlike($desk->structure($pdf), qr/DRAFT/, '... and the draft mark is no part of the text');
	like($desk->outline($pdf), qr{<item page="1">Rome</item>.*<item page="$pages">The second day</item>}s, 'outline');

	my @text = map { $desk->text($pdf, $_) } 1 .. $pages;
	cmp_ok($pages, '>=', 2, 'several pages');
	like($text[0], qr/Zwölf Tage – ¿qué más\?/, 'words');
	like($text[0], qr/海辺/, 'Chinese');
	like($text[0], qr/[\x{645}\x{FEE3}]/, 'Arabic');
	like("@text", qr/lost/, 'the words in place of a missing image');
	like("@text", qr/noscript shown/, 'scripts are off');
	unlike("@text", qr/script ran/, '... and do not run');
	is_deeply([grep { $text[$_ - 1] !~ /Page $_ of $pages \{pag\}/ } 1 .. $pages], [], 'each page has its number');
	is_deeply([grep { $text[$_ - 1] !~ /Demo \\ "Agency" <b>/ } 1 .. $pages], [], '... its header, word for word');
	is_deeply([grep { $desk->text($pdf, $_, '-raw') =~ tr/ \n//dr !~ /DRAFT/ } 1 .. $pages], [], '... and the draft mark');
	my ($x, $y) = $desk->boxes($pdf) =~ /xMin="([\d.]+)" yMin="([\d.]+)"[^>]*>Rome</;
	# 15 and 20 mm in points; the letter stands a little inside of its line
	cmp_ok(abs($x - 42.5), '<', 3, 'left margin');
	cmp_ok(abs($y - 56.7), '<', 4, 'upper margin');

	my $fonts = $desk->fonts($pdf);
	is_deeply([sort grep { $fonts->{$_} !~ /TrueType/ } keys %$fonts], [], 'every font is embedded as TrueType') or diag(explain($fonts));
	ok($fonts->{DejaVuSerif}, "the document's own font among them") or diag(explain($fonts));
	my $again = $desk->print($html, @arguments);
	is(PdfTest::slurp($again->{pdf}), PdfTest::slurp($pdf), 'printed again it is the same file, byte for byte');
};

subtest 'what a document wants for itself, printed by an ordinary user' => sub {
	my $run = $desk->print({ as => 'postgres' }, '<!doctype html><style>@page { size: A5 landscape; margin: 10mm; @bottom-center { content: "own " counter(page) } } @page :first { @bottom-center { content: "" } }</style><p>one<p style="break-before:page">two', '--verbose');
	is($run->{status}, 0, 'printed') or diag($run->{err});
	my $user = $root ? getpwnam('postgres') : $>;
	my $network = can_do(($root ? 'setpriv --reuid=postgres --regid=postgres --clear-groups ' : '') . 'unshare -U -n true') ? 'no network' : 'NO network.*';
	like($run->{err}, qr/ms: .*, $network, user $user \(the caller's own\), no new privileges$/m, 'isolated as far as such a user can be');
	like($desk->info($run->{pdf}), qr/^Page size:\s+59\d\.?\d* x 4(?:19|20)/m, 'its own paper');
	unlike($desk->text($run->{pdf}, 1), qr/own/, 'its own margin boxes, none on the first page');
	like($desk->text($run->{pdf}, 2), qr/own 2/, '... and on the second');
	unlike($desk->text($run->{pdf}), qr/DRAFT|Page/, 'nothing that was not asked for');
	cmp_ok(abs(($desk->info($run->{pdf}) =~ /^CreationDate:\s+(\d{4})/m)[0] - (gmtime)[5] - 1900), '<=', 1, 'made now');
};

# Whatever can ask for something, in every place that can.
my $hostile = do {
	my $there = "http://127.0.0.1:$port";
	my $names = join '', map { "<link rel='$_->[0]' href='$there/$_->[0]' $_->[1]>" } ['preconnect', ''], ['dns-prefetch', ''], ['prefetch', ''], ['preload', 'as=image'], ['modulepreload', ''], ['stylesheet', ''], ['icon', ''], ['manifest', ''], ['prerender', ''];
	<<~"HTML";
	<!doctype html><meta charset="utf-8"><base href="$there/base/"><meta http-equiv="refresh" content="0;url=$there/refresh"><meta http-equiv="refresh" content="0;url=about:blank">$names
	<link rel="stylesheet" href="file:///etc/passwd"><link rel="stylesheet" href="http://localhost:$port/x"><script src="$there/script"></script><script type="module">import "$there/module"</script>
	<script type="speculationrules">{"prefetch":[{"source":"list","urls":["$there/speculation"]}]}</script>
	<style>\@import url($there/import); \@font-face { font-family: f; src: url($there/font) } p { font-family: f; background: url($there/background); list-style: url(relative); cursor: url($there/cursor), auto }</style>
	<p>words before</p><img src="$there/img"><img srcset="$there/set 1x"><img src="http://2130706433:$port/number"><img src="http://[::ffff:127.0.0.1]:$port/six"><img src="relative.png"><img src="//127.0.0.1:$port/scheme">
	<picture><source srcset="$there/source"><img src="file:///etc/passwd"></picture><iframe src="$there/frame"></iframe><iframe src="file:///etc/passwd" width="600" height="400"></iframe>
	<iframe srcdoc="<img src='$there/inside'><script>new WebSocket('ws://127.0.0.1:$port/ws1')</script>"></iframe><iframe src="data:text/html,<script>fetch('$there/data')</script><img src='$there/dataimg'>"></iframe>
	<iframe sandbox="allow-scripts" srcdoc="<script>while (true);</script>"></iframe><object data="file:///etc/passwd"></object><object data="$there/object"></object><embed src="$there/embed"><embed src="file:///etc/passwd">
	<video src="$there/video" poster="$there/poster" autoplay></video><audio src="$there/audio" autoplay></audio><svg><image href="$there/svg"/><use href="$there/use#a"/><script>fetch("$there/svgscript")</script></svg>
	<form action="$there/form" name="images"><input type="image" src="$there/input"><input name="documentElement"><button autofocus onfocus="fetch('$there/focus')">b</button></form><img name="fonts" src="x" onerror="fetch('$there/onerror')">
	<script>new WebSocket("ws://127.0.0.1:$port/ws"); fetch("$there/fetch"); new RTCPeerConnection({iceServers: [{urls: "turn:127.0.0.1:$port?transport=tcp", username: "u", credential: "c"}]}).createDataChannel("x"); navigator.sendBeacon("$there/beacon"); alert(1); location = "$there/location"; while (true);</script>
	<body onload="alert(2); while (true);"><a href="$there/link" ping="$there/ping">link</a><xml-include href="file:///etc/passwd"></xml-include><p>words after</p>
	HTML
};

sub nothing_got_out
{
	my ($run, $what) = @_;
	is($run->{status}, 0, "$what: printed all the same") or diag($run->{err});
	my $text = $desk->text($run->{pdf});
	like($text, qr/words before.*words after/s, '... with its words');
	unlike($text, qr/root:|nologin|canary/, '... and nobody else\'s');
	is($canary->heard, '', '... and nothing got out');
	like($run->{err}, qr{missing: http://127\.0\.0\.1:$port/$_ \(outside of the document's resources\)}, "... and $_ is named as missing") for qw(img background import font);
	return;
}

subtest 'a hostile document' => sub {
	nothing_got_out($desk->print($hostile), 'with all there is');
	SKIP:
	{
		skip 'only root can forbid namespaces to somebody', 8 unless $root;
		my $run = $desk->print({ as => 'postgres', before => ['unshare', '-U', '--map-current-user', '--keep-caps', 'sh', '-c', 'echo 0 >/proc/sys/user/max_user_namespaces; exec setpriv --ambient-caps=-all --inh-caps=-all "$@"', 'sh'] }, $hostile, '--verbose');
		like($run->{err}, qr/NO sandbox .*, NO network namespace/, 'where namespaces are forbidden, it says so');
		nothing_got_out($run, 'without namespaces');
	}
	# The canary is no deaf one.
	IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => $port)->print("GET /itself HTTP/1.0\r\n\r\n");
	for (1 .. 300) { last if $canary->heard; sleep 0.01 }
	is($canary->heard, "came: GET /itself HTTP/1.0\n", 'the canary hears what comes');
};

subtest 'what is too much' => sub {
	my $run = $desk->print('<p>' . 'x' x (4 << 20));
	is($run->{status}, 1, 'a document of more than 4 MB is refused');
	like($run->{err}, qr/the document has more than 4194304 bytes/, '... and why');
	ok(!-e $run->{pdf}, '... and leaves no file');
	$run = $desk->print('<p>word <b>word</b></p>' x 80_000, '--timeout', 1);
	is($run->{status}, 1, 'one that takes too long is given up');
	like($run->{err}, qr/was not over after 1000 ms/, '... and why');
	cmp_ok($run->{seconds}, '<', 20, '... soon');
	truncate $desk->put('in/huge.png', ''), 65 << 20;
	$run = $desk->print('<img src="huge.png"><p>x', '--resources', 'in');
	is($run->{status}, 1, 'one that asks for more than 64 MB is refused');
	like($run->{err}, qr/what the document asks for has more than 67108864 bytes/, '... and why');
	for my $wrong (['--date', '2027-02-30'], ['--date', 'today'], ['--timeout', 0], ['--repeat', 'x'])
	{
		$run = $desk->print('x', @$wrong);
		is($run->{status}, 2, "@$wrong is no way to say it");
		like($run->{err}, qr/\Q$wrong->[0]\E is .*"\Q$wrong->[1]\E"/, '... and which');
	}
	like($desk->print('x', '--resources', 'nowhere')->{err}, qr/cannot open the folder nowhere: No such file/, 'a folder that is not there');
	like($desk->print('x', '--title', "\xff")->{err}, qr/the title is not UTF-8/, 'a title that is no text');
};

subtest 'many in a row, and a browser that is killed' => sub {
	my $job = $desk->start('<!doctype html><h1>Again</h1><p>' . 'words and words ' x 300, '--repeat', $many, '--verbose', '--date', '2027-03-04');
	my ($first, $all, $profile);
	ok($job->until(sub { $job->err =~ /ready after/ }), 'its browser is ready');
	($first) = $job->browser;
	kill 'KILL', $first;
	my $killed = $first;
	ok($job->until(sub { $job->err =~ /resources.*resources/s && do { ($first, $all, $profile) = $job->browser; $first && grep { PdfTest::command_of($_) =~ /--type=renderer/ } @$all } }), 'killed in the middle, it prints on') or diag($job->err);
	isnt($first, $killed, '... with another one');
	like($job->err, qr/the browser went away meanwhile; this is from another one/, '... and says so');
	ok(-d $profile, 'with a folder of its own');
	if ($root)
	{
		is_deeply([grep { PdfTest::status_of($_)->{Uid} !~ /^65534\s+65534\s+65534\s+65534/ } @$all], [], 'no process of the browser is root\'s');
	}
	is_deeply([grep { (PdfTest::status_of($_)->{NoNewPrivs} // 1) != 1 } @$all], [], 'none can gain a right');
	is_deeply([grep { (readlink "/proc/$_/ns/net" // '') eq readlink '/proc/self/ns/net' } @$all], [], 'none has our network') if $root && $expected_isolation[1] eq 'no network';
	if ($expected_isolation[0] !~ /NO/)
	{
		is_deeply([grep { PdfTest::command_of($_) =~ /--type=renderer/ && (PdfTest::status_of($_)->{Seccomp} // 2) != 2 } @$all], [], 'those that read pages are in the sandbox');
	}
	unlike(join(' ', map { PdfTest::slurp("/proc/$_/environ") } @$all), qr/VOYGEN/, 'none is told of our settings');
	is($job->wait, 0, 'it comes to its end') or diag($job->err);
	my @memory = $job->err =~ /the browser has (\d+) MB/g;
	is(scalar @memory, $many, 'all are printed');
	my ($early, $late) = map { (sort { $a <=> $b } @memory[@$_])[2] } [6 .. 10], [$many - 5 .. $many - 1];
	cmp_ok($late, '<', 1.25 * $early + 20, "memory stays flat ($early MB, then $late MB)");
	is_deeply([grep { -d "/proc/$_" } @$all], [], 'no process is left');
	ok(!-e $profile, 'and no folder');
	like($desk->text($job->{pdf}), qr/Again/, 'the last one is whole');

	$job = $desk->start('<p>x', '--repeat', 10000);
	ok($job->until(sub { ($first, $all, $profile) = $job->browser; $first && @$all > 3 }), 'another one');
	my @below = PdfTest::below($job->{pid});
	kill 'KILL', $job->{pid};
	is($job->wait, 'signal 9', 'the program itself is killed');
	ok($job->until(sub { !grep { -d "/proc/$_" && PdfTest::status_of($_)->{State} } @below }), 'no process is left, and no zombie');
	ok($job->until(sub { !-e $profile }), 'and no folder');
};

done_testing;
