# A proposal from the call to its documents, as a worker does it: HTML rendered, a picture fetched, a PDF printed; what cannot be had is
# left out and told, and what was made opens under a link.

use strict;
use warnings;
use utf8;
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Compress::Zlib qw(compress crc32);
use Digest::SHA qw(sha256_hex);
use File::Temp;
use IO::Socket::INET;
use IPC::Run qw(run);
use JSON::PP;
use Test::More;
use CallTest;
use VoygenTest;

my $door = CallTest->new('job_proposal');
my $owner = $door->owner;
my $sunny = $door->agency('sunny');
my ($yes, $no) = (JSON::PP::true, JSON::PP::false);
my $program = checkout() . '/build/voygen';

# A picture of one colour, 300 by 200, and a server that gives it at /hotel.png
sub chunk { my ($kind, $data) = @_; return pack('N', length $data) . "$kind$data" . pack('N', crc32("$kind$data")) }
my $png = "\x89PNG\r\n\x1a\n" . chunk('IHDR', pack('NNCCCCC', 300, 200, 8, 2, 0, 0, 0)) . chunk('IDAT', compress(("\0" . "\x20\x60\xa0" x 300) x 200)) . chunk('IEND', '');
my $socket = IO::Socket::INET->new(Listen => 5, LocalAddr => '127.0.0.1', Proto => 'tcp') or die "no socket: $!";
my $port = $socket->sockport;
my $asked = File::Temp->new->filename;
my $server = fork // die;
if (!$server)
{
	while (my $client = $socket->accept)
	{
		my $request = <$client>;
		open my $log, '>>', $asked or die;
		print {$log} $request;
		close $log;
		while (<$client>) { last if /^\r?\n/ }
		print $client $request =~ m{^GET /hotel\.png } ? "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: " . length($png) . "\r\nConnection: close\r\n\r\n$png" : "HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
		close $client;
	}
	require POSIX;
	POSIX::_exit(0);
}
END { kill 'TERM', $server if $server }

my $client = $door->call('agent', 'create_client', { name => 'Ann & <Bob>' });
my $trip = $door->call('agent', 'create_trip', { client_id => $client->{slug}, title => 'Fjords & lights', destination => 'Bergen', start_date => '2027-05-01', end_date => '2027-05-04', travelers => 2 })->{slug};
my @hotels = map { { site_id => $_->[0], name => $_->[1], city => 'Bergen', lead_price => { amount => $_->[2], currency => 'USD', basis => 'per_night' }, stated_commission => { amount => '77.77' }, images => ["http://127.0.0.1:$port/$_->[3]"], available => $yes } }
	[ 'one', 'Harbour House', 100, 'hotel.png' ], [ 'two', 'Hill House', 200, 'none.png' ];
$door->call('agent', 'ingest_hotels', { trip_id => $trip, site => 'web', check_in => '2027-05-01', check_out => '2027-05-04', hotels => \@hotels });

# Has all jobs done; answers the result of this one.
sub work
{
	my ($job, $who) = @_;
	local $ENV{VOYGEN_GATEWAY_URL} = database_url('job_proposal', 'voygen_gateway');
	local $ENV{VOYGEN_IMAGE_ALLOW} = '127.0.0.0/8';
	my $said;
	run([ $program, 'work', '--once', '--no-refresh' ], '<', '/dev/null', '>&', \$said) or diag $said;
	my $told = $door->call($who // 'agent', 'get_job', { job_id => $job });
	is($told->{status}, 'done', 'it is done') or diag explain $told;
	return $told->{result};
}

my $made = work($door->call('agent', 'generate_proposal', { trip_id => $trip, options => { hotels => [ 'web:one', 'web:two' ] } })->{job_id});

subtest 'the documents' => sub {
	is_deeply([ @$made{qw(html_uri pdf_uri)} ], [ map { "voygen://proposal/$made->{proposal_id}/$_" } qw(html pdf) ], 'both are there');
	my $html = $door->call('reader', 'mcp.read_resource', { uri => $made->{html_uri} })->{contents}[0]{text};
	like($html, qr/Fjords &amp; lights/, 'the page has the title, escaped');
	like($html, qr/Ann &amp; &lt;Bob/, '... and the client');
	like($html, qr/$_/, "... and $_") for 'Harbour House', 'Hill House', '300\.00', '600\.00';
	unlike($html, qr/77\.77|commission|markup|web:one|\{\{|\{%/i, 'and nothing that is not for the client');
	my ($pdf) = $owner->selectrow_array("select content from voygen.proposal_documents where kind = 'pdf'");
	like($pdf, qr/^%PDF-1\./, 'the PDF is one');
	is($owner->selectrow_array('select count(*) from voygen.job_parts'), 0, 'nothing is left in the job');
};

subtest 'a preview as a page' => sub {
	my %wish = (trip_id => $trip, template => 'family', options => { hotels => ['web:two'], images => $no, pdf => $no, intro => 'Hello & <i>welcome</i>' });
	my $before = $owner->selectrow_array('select count(*) from voygen.proposals');
	my $shown = work($door->call('agent', 'render_preview', \%wish)->{job_id});
	is($owner->selectrow_array('select count(*) from voygen.proposals'), $before, 'stores no version');
	is($owner->selectrow_array('select count(*) from voygen.job_parts'), 0, '... and leaves nothing in the job');
	my $next = work($door->call('agent', 'generate_proposal', \%wish)->{job_id});
	is($shown->{html}, $door->call('reader', 'mcp.read_resource', { uri => $next->{html_uri} })->{contents}[0]{text}, 'it is, byte for byte, the page of the version that is made then');
	like($shown->{html}, qr/Hello &amp; &lt;i&gt;welcome|Hello &amp; welcome/, '... with what was wished for');
	is_deeply([ @$shown{qw(currency total totals template)} ], [ @$next{qw(currency total totals)}, 'family' ], '... and its price');
	$owner->do('delete from voygen.proposals where proposal_id = ?', undef, $next->{proposal_id});
	unlike(work($door->call('agent', 'render_preview', { trip_id => $trip })->{job_id})->{html}, qr/<img|77\.77|commission/i, 'one with pictures has none, nor what is not for the client');
	is($door->fails('agent', 'render_preview', { trip_id => $trip, options => { hotels => ['web:none'] } })->{path}, '/options/hotels/0', 'what makes no sense is said at once');
	is($door->fails('rainy:agent', 'render_preview', { trip_id => $trip })->{code}, 'not_found', 'another agency has no such trip');
};

subtest 'pictures' => sub {
	my $rows = $owner->selectall_arrayref('select source_url, encode(content_hash, $$hex$$) as hash, mime_type, width, height, error from voygen.proposal_images order by position', { Slice => {} });
	is(scalar @$rows, 2, 'what became of each is kept');
	my ($digest, $content) = $owner->selectrow_array('select encode(digest, $$hex$$), content from voygen.pictures');
	is($rows->[0]{hash}, sha256_hex($content), 'one is stored under its digest');
	is_deeply([ @{ $rows->[0] }{qw(mime_type width height error)} ], [ 'image/jpeg', 300, 200, undef ], 'as a JPEG cut to its slot');
	like($rows->[1]{error}, qr/404/, 'the other has a reason');
	is(scalar(grep { /^Hill House: .*404/ } @{ $made->{warnings} }), 1, '... which the advisor is told');
	my $html = $door->call('reader', 'mcp.read_resource', { uri => $made->{html_uri} })->{contents}[0]{text};
	like($html, qr{images/$digest\.jpg}, 'the page shows it');
	is(scalar(() = $html =~ /<img/g), 1, '... and no hole for the other');
	my $payload = decode_json($owner->selectrow_array('select json_payload::text from voygen.proposals'));
	is_deeply($payload->{legs}[0]{hotels}[0]{picture}, { path => "images/$digest.jpg", alt => 'Harbour House' }, 'and the version says so');
};

subtest 'as it is made, so it stays' => sub {
	my $before = $owner->selectrow_array('select voygen.proposal_digest(?, ?)', undef, $sunny, $made->{proposal_id});
	$door->call('agent', 'set_proposal_status', { proposal_id => $made->{proposal_id}, status => 'final' });
	ok(!eval { $owner->do("update voygen.proposal_documents set content = 'x', digest = sha256('x')"); 1 }, 'the document of a final one is not changed');
	ok(!eval { $owner->do('delete from voygen.proposal_documents'); 1 }, '... nor taken away');
	my $link = $door->call('agent', 'share_proposal', { proposal_id => $made->{proposal_id} });
	is($owner->selectrow_array("select outcome from voygen.shared_proposal(?, sha256(?), 'pdf', 'GET', 'x')", undef, $sunny, $link->{key}), 'ok', 'it opens under a link');
	is($owner->selectrow_array('select outcome from voygen.shared_picture(?, sha256(?), (select digest from voygen.pictures))', undef, $sunny, $link->{key}), 'ok', '... and its picture');
	is($owner->selectrow_array('select outcome from voygen.shared_picture(?, sha256(?), sha256($$other$$))', undef, $sunny, $link->{key}), 'not_found', '... and no other');
	is($owner->selectrow_array('select voygen.proposal_digest(?, ?)', undef, $sunny, $made->{proposal_id}), $before, 'it is what it was');
};

subtest 'every template' => sub {
	my @jobs = map { [ $_, $door->call('agent', 'generate_proposal', { trip_id => $trip, template => $_, options => { hotels => ['web:one'], pdf => $no, draft => $yes } })->{job_id} ] } qw(standard luxury family condensed);
	my %made = map { $_->[0] => work($_->[1]) } @jobs;
	is_deeply([ map { $made{$_}{pdf_uri} } sort keys %made ], [ (undef) x 4 ], 'without a PDF where none is wanted');
	like($door->call('reader', 'mcp.read_resource', { uri => $made{$_}{html_uri} })->{contents}[0]{text}, qr/Harbour House.*300\.00/s, $_) for sort keys %made;
	is($owner->selectrow_array('select count(*) from voygen.pictures'), 1, 'the picture is stored once');
};

subtest 'a picture is not fetched again within a week' => sub {
	my $asked_for = sub { open my $log, '<', $asked or die; return scalar grep { m{^GET /hotel\.png } } readline $log };
	my $make = sub { return work($door->call('agent', 'generate_proposal', { trip_id => $trip, options => { hotels => ['web:one'], pdf => $yes } })->{job_id}) };
	my $image = sub { return $owner->selectrow_hashref('select encode(content_hash, $$hex$$) as hash, size_bytes, mime_type, width, height, cut, fetched_at from voygen.proposal_images where proposal_id = ?', undef, $_[0]{proposal_id}) };
	my ($before, $first) = ($asked_for->(), $make->());
	is($asked_for->(), $before, 'its server is not asked');
	my ($digest, $content) = $owner->selectrow_array('select encode(digest, $$hex$$), content from voygen.pictures');
	my $kept = $image->($first);
	is_deeply([ @$kept{qw(hash size_bytes mime_type width height cut)} ], [ $digest, length $content, 'image/jpeg', 300, 200, '1200x800' ], 'the version has it all the same');
	like($door->call('reader', 'mcp.read_resource', { uri => $first->{html_uri} })->{contents}[0]{text}, qr{images/$digest\.jpg}, '... in its page');
	# A PDF has a JPEG as it is.
	my ($pdf) = $owner->selectrow_array("select content from voygen.proposal_documents where kind = 'pdf' and proposal_id = ?", undef, $first->{proposal_id});
	cmp_ok(index($pdf, $content), '>', 0, '... and in its PDF, byte for byte');
	is($owner->selectrow_array('select count(*) from voygen.proposal_images where fetched_at = ?', undef, $kept->{fetched_at}) > 1, 1, 'when it was fetched is handed on');
	$owner->do("set session_replication_role = replica");
	$owner->do("update voygen.proposal_images set fetched_at = fetched_at - interval '8 days'");
	$owner->do("set session_replication_role = origin");
	my $later = $make->();
	is($asked_for->(), $before + 1, 'after that it is');
	isnt($image->($later)->{fetched_at}, $image->($first)->{fetched_at}, '... and that is written down');
	is(scalar @{ $later->{warnings} }, scalar @{ $first->{warnings} }, 'neither is worth a warning');

	# As the logo it is cut to another shape.
	my $asked_of_logo = $asked_for->();
	$owner->do(q{update voygen.agencies set settings = settings || jsonb_build_object('branding', jsonb_build_object('logo', jsonb_build_object('url', ?::text))) where agency_id = ?}, undef, "http://127.0.0.1:$port/hotel.png", $sunny);
	my $with_logo = $make->();
	is($asked_for->(), $asked_of_logo + 1, 'the same picture in another shape is fetched');
	is_deeply($owner->selectcol_arrayref('select cut from voygen.proposal_images where proposal_id = ? order by cut', undef, $with_logo->{proposal_id}), [ '1200x800', '480x160 whole' ], '... for that');
	is($owner->selectrow_array('select count(distinct content_hash) from voygen.proposal_images where proposal_id = ?', undef, $with_logo->{proposal_id}) > 0, 1, '... and is there');

	# What another agency has is none of ours, not even to save a request.
	my $asked_before = $asked_for->();
	my $guest = $door->call('rainy:agent', 'create_client', { name => 'Guest' });
	my $stay = $door->call('rainy:agent', 'create_trip', { client_id => $guest->{slug}, title => 'Elsewhere', destination => 'Bergen', start_date => '2027-05-01', end_date => '2027-05-04', travelers => 2 })->{slug};
	$door->call('rainy:agent', 'ingest_hotels', { trip_id => $stay, site => 'web', check_in => '2027-05-01', check_out => '2027-05-04', hotels => [ $hotels[0] ] });
	work($door->call('rainy:agent', 'generate_proposal', { trip_id => $stay, options => { pdf => $no } })->{job_id}, 'rainy:agent');
	is($asked_for->(), $asked_before + 1, 'another agency has the picture fetched for itself');
	is($owner->selectrow_array('select count(*) from voygen.pictures where agency_id <> ?', undef, $sunny), 1, '... and keeps its own');
};

done_testing;
