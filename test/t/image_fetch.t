# Fetching pictures: servers that hang, lie, go on without end or send us elsewhere cost one picture and a sentence; an address
# that is not public and not allowed is never asked, however it is written and whatever leads there.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;
use Time::HiRes qw(time);
use PictureFiles;
use PictureServer;
use VoygenProgram;
use VoygenTest;

my $folder = tempdir('voygen-image-XXXX', DIR => '/tmp', CLEANUP => 1);
make_pictures($folder);
system('gzip', '-k', "$folder/photo.jpg") == 0 or die "gzip failed\n";
my $server = PictureServer->new($folder, '127.0.0.2') or die "no server on 127.0.0.2\n";
my $port = $server->{port};
# Those that nobody may ask have something to give, too, at the same port.
my @forbidden = grep { defined } map { PictureServer->new($folder, $_, $port) } '127.0.0.1', '::1';
my $out = "$folder/out.jpg";
my $voygen = bless { more => { VOYGEN_IMAGE_ALLOW => '127.0.0.2/32' } }, 'VoygenProgram';

sub image
{
	my (@arguments) = @_;
	unlink $out;
	my $before = time;
	my $run = $voygen->run('image', @arguments, $out);
	$run->{seconds} = time - $before;
	return $run;
}

sub refused
{
	my ($run, $why, $what) = @_;
	is($run->{status}, 1, "$what: status 1");
	like($run->{err}, qr/\Avoygen image: The picture could not be (?:fetched|used): $why/, "$what: a sentence for a note");
	ok(!-e $out, "$what: no file");
	return;
}

my $run = image($server->url('file/photo.jpg'));
is($run->{status}, 0, 'a picture is fetched') or diag $run->{err};
my $digest = `sha256sum '$folder/photo.jpg'`;
my ($hash) = $digest =~ /^(\w+)/;
like($run->{out}, qr/^source: $hash$/m, 'its source is the SHA-256 of the bytes that were sent');
like($run->{out}, qr/^key: $hash-1200-whole-jpeg-v\d+$/m, 'its key says what was made of it');
is(about($out)->{width}, 1200, 'it is there');
my ($request) = grep { m{/file} } $server->asked;
unlike($request, qr/Accept-Encoding|Cookie|Authorization|Referer/, 'nothing is given away, and nothing packed is asked for');
like($request, qr{Accept=image/jpeg,.* User-Agent=voygen/}, 'the server is told what is wanted, and by whom');

is(image($server->url('unmeasured/photo.png'))->{status}, 0, 'a picture without a stated length or type');
is(image($server->url('padded/20000000/photo.jpg'))->{status}, 0, 'one of 20 MB');
is(image($server->url('hops/3/photo.jpg'))->{status}, 0, 'three redirects');
unlike(join(' ', $server->asked), qr/Cookie=|Referer=/, '... on which no cookie and no address is sent on');

my @bad = (
	[ 'status/404', qr/the server answered 404$/m ],
	[ 'status/500', qr/the server answered 500$/m ],
	[ 'status/204', qr/the server answered 204$/m ],
	[ 'html', qr/it is an HTML page$/m ],
	[ 'empty', qr/it is empty$/m ],
	[ 'file/drawing.svg', qr/it is an XML file or an SVG drawing$/m ],
	[ 'file/polyglot.html', qr/it is an HTML page$/m ],
	[ 'file/photo.tif', qr/it is a TIFF file$/m ],
	[ 'short', qr/its server broke off$/m ],
	[ 'huge', qr/it is larger than 20 MB$/m ],
	[ 'endless', qr/it is larger than 20 MB$/m ],
	[ 'padded/20000001/photo.jpg', qr/it is larger than 20 MB$/m ],
	[ 'packed/photo.jpg.gz', qr/it is a compressed file$/m ],
	[ 'loop', qr/its server sent us on more than 3 times$/m ],
	[ 'hops/4/photo.jpg', qr/its server sent us on more than 3 times$/m ],
	[ 'to?url=file:///etc/passwd', qr/its server sent us on to an address that is neither/ ],
	[ 'to?url=gopher://127.0.0.2/', qr/its server sent us on to an address that is neither/ ],
	[ 'to?url=http://me:secret@127.0.0.2:' . "$port/file/photo.jpg", qr/its address holds a user's name$/m ],
	[ 'to?url=http://169.254.169.254/latest/meta-data/', qr/its server's address, 169\.254\.169\.254, is a metadata address$/m ],
	[ "to?url=http://127.0.0.1:$port/file/photo.jpg", qr/its server's address, 127\.0\.0\.1, is a loopback address$/m ],
	[ "to?url=http://localhost:$port/file/photo.jpg", qr/its server's address, \S+, is a loopback address$/m ],
);
refused(image($server->url($_->[0])), $_->[1], $_->[0]) for @bad;

# Time
for my $case ([ 'hang', 'took too long', '--timeout-ms', 600 ], [ 'stall', 'stopped sending', '--stall-s', 1 ])
{
	my ($path, $why, @limit) = @$case;
	$run = image(@limit, $server->url($path));
	refused($run, qr/the server $why$/m, $path);
	cmp_ok($run->{seconds}, '<', 5, "$path: given up in time");
}

# Addresses that are not tried
my @never = (
	[ 'data:image/png;base64,iVBORw0KGgo=', qr/its address holds the picture itself \(data:\)/ ],
	[ 'file:///etc/passwd', qr{only http:// and https:// are fetched, not file:$}m ],
	[ 'ftp://127.0.0.2/a.jpg', qr{only http:// and https:// are fetched, not ftp:$}m ],
	[ "http://me:secret\@127.0.0.2:$port/file/photo.jpg", qr/its address holds a user's name$/m ],
	[ 'http://127.0.0.2:99999/a.jpg', qr/its address is malformed$/m ],
	[ 'http://' . 'a' x 9000, qr/its address is longer than 8192 bytes$/m ],
	[ 'http://no-such-name.invalid/a.jpg', qr/the name of its server is not known$/m ],
);
refused(image($_->[0]), $_->[1], substr $_->[0], 0, 40) for @never;

# Every spelling of an address that is not allowed, straight and by a redirect; none of them is ever connected to.
$_->asked for @forbidden;
for my $host (qw(127.0.0.1 2130706433 0x7f.1 0177.0.0.1 127.1 0x7f000001 [::1] [::ffff:127.0.0.1] [::ffff:7f00:1] [0:0:0:0:0:0:0:1] 0 0.0.0.0 [::] localhost LOCALHOST 127.0.0.3
	[64:ff9b::7f00:1] [2002:7f00:1::1]))
{
	my $url = "http://$host:$port/file/photo.jpg";
	my $why = $host =~ /^(?:0|0\.0\.0\.0|\[::\])$/ ? 'the unspecified' : 'a loopback';
	refused(image($url), qr/its server's address, \S+, is $why address$/m, $host);
	like(image($server->url("to?url=$url"))->{err}, qr/is $why address$/m, "$host by a redirect");
}
is_deeply([ map { $_->asked } @forbidden ], [], 'nobody has connected to them');
ok(scalar(@forbidden), '... though they listen');

# What an operator may allow, and what he may not write
$voygen->{more}{VOYGEN_IMAGE_ALLOW} = '';
refused(image($server->url('file/photo.jpg')), qr/its server's address, 127\.0\.0\.2, is a loopback address$/m, 'nothing allowed');
is(image('--allow', ' 10.0.0.0/8 , 127.0.0.2', $server->url('file/photo.jpg'))->{status}, 0, 'a list of ranges');
like(image('--allow', '127.0.0.0/8', "http://[::ffff:127.0.0.2]:$port/file/photo.jpg")->{err}, qr/\A(?!.*is a loopback)/s, 'an allowed address is allowed in every form');
for my $wrong ([ '127.0.0.1/33', 'has a length that is not 0 to 32' ], [ '10.1.2.3/8', 'has bits beyond its length' ], [ 'localhost', 'is no range of addresses' ])
{
	$run = image('--allow', $wrong->[0], $server->url('file/photo.jpg'));
	is($run->{status}, 2, "--allow $wrong->[0] is refused");
	like($run->{err}, qr/VOYGEN_IMAGE_ALLOW\): "\Q$wrong->[0]\E" $wrong->[1]; expected ranges like/, '... and said why');
}

# The environment's proxy would hide where a connection goes.
$voygen->{more} = { VOYGEN_IMAGE_ALLOW => '127.0.0.2', map { $_ => "http://127.0.0.1:$port" } qw(http_proxy HTTP_PROXY all_proxy https_proxy) };
is(image($server->url('file/photo.jpg'))->{status}, 0, 'no proxy of the environment is used');
is_deeply([ map { $_->asked } @forbidden ], [], '... nor connected to');

# A name that means another address each time it is looked up: what counts is where the connection goes.
SKIP:
{
	open my $hosts, '>', "$folder/hosts" or die "hosts: $!\n";
	print {$hosts} "127.0.0.2 good.example\n127.0.0.1 bad.example\n";
	close $hosts;
	my @before = ('unshare', '-m', 'sh', '-c', "mount --bind '$folder/hosts' /etc/hosts && exec \"\$@\"", 'sh');
	skip 'names cannot be given other addresses here', 3 if system(@before, 'true') != 0;
	is($voygen->run({ before => \@before }, 'image', "http://good.example:$port/file/photo.jpg", $out)->{status}, 0, 'a name of an allowed address');
	$run = $voygen->run({ before => \@before }, 'image', "http://bad.example:$port/file/photo.jpg", $out);
	like($run->{err}, qr/its server's address, 127\.0\.0\.1, is a loopback address$/m, 'a name of another');
	$run = $voygen->run({ before => \@before }, 'image', "http://good.example:$port/to?url=http://bad.example:$port/file/photo.jpg", $out);
	like($run->{err}, qr/its server's address, 127\.0\.0\.1, is a loopback address$/m, 'and by a redirect');
}
is_deeply([ map { $_->asked } @forbidden ], [], 'to the end nobody has connected to what is not allowed');

done_testing();
