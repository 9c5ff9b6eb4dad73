# What becomes of a picture: size, cut, colours, format, nothing of the file beside its pixels; and what is refused, by a
# process that may do nothing but that.
use strict;
use warnings;
use File::Temp qw(tempdir);
use Test::More;
use Time::HiRes qw(time);
use PictureFiles;
use VoygenProgram;
use VoygenTest;

my $folder = tempdir('voygen-image-XXXX', DIR => '/tmp', CLEANUP => 1);
make_pictures($folder);
my $voygen = bless {}, 'VoygenProgram';
my $out = "$folder/out";

sub image
{
	my ($file, @options) = @_;
	unlink $out;
	return $voygen->run('image', @options, "$folder/$file", $out);
}

sub made
{
	my ($what, $file, @options) = @_;
	my $run = image($file, @options);
	is($run->{status}, 0, $what) or diag $run->{err};
	return jpeg_size($out);
}

# Near enough for an encoder that rounds.
sub is_colour
{
	my ($what, $wanted, @pixel) = @_;
	my @off = grep { abs($pixel[$_] - $wanted->[$_]) > 12 } 0 .. 2;
	ok(!@off, $what) or diag "@pixel in place of @$wanted";
	return;
}

# The same as libvips' own program makes of it, byte for byte.
is(made('a JPEG', 'photo.jpg'), '1200 x 800', 'fits inside 1200 pixels');
system('vipsthumbnail', "$folder/photo.jpg", '-s', '1200x1200>', '-o', "$folder/other.jpg[Q=85,interlace,optimize_coding,strip]") == 0 or die "vipsthumbnail failed\n";
ok(content($out) eq content("$folder/other.jpg"), 'the bytes are those of vipsthumbnail: quality 85, progressive, stripped');
like(content($out), qr/\xff\xc2/, 'it is progressive');

for my $format (qw(png webp jpg))
{
	is(made("$format made smaller", "photo.$format", '--width', 300), '300 x 200', "$format becomes a JPEG that fits");
}
for my $format (qw(avif heic))
{
	is(made("$format from a telephone", "halves.$format", '--width', 200), '200 x 150', "$format becomes a JPEG that fits");
	is_colour("... that looks the same", [ 254, 0, 0 ], pixel($out, 50, 50));
}
is(made('a small picture', 'glass.png'), '64 x 64', '... is not enlarged');
is_colour('... transparent parts lie on white', [ 255, 127, 127 ], pixel($out, 30, 30));
is(made('a film', 'film.gif'), '2 x 2', '... of which one frame is left');
is_colour('... the first', [ 255, 0, 0 ], pixel($out, 0, 0));

# Turned by its EXIF block: what lay on the left is on top.
is(made('a picture taken on its side', 'turned.jpg', '--width', 200), '150 x 200', '... stands upright, and its limits are those of the upright one');
is_colour('... top', [ 254, 0, 0 ], pixel($out, 75, 30));
is_colour('... bottom', [ 0, 0, 254 ], pixel($out, 75, 170));
unlike(content($out), qr/Exif|taken by somebody/, '... and nothing of its EXIF block or its comment is left');

# Cut to a slot
my @slots = ([ 'photo.jpg', '1:1', 500, '500 x 500' ], [ 'photo.jpg', '3:1', 600, '600 x 200' ], [ 'photo.jpg', '1:2', 400, '200 x 400' ],
	[ 'photo.jpg', '16:9', 1200, '1200 x 675' ], [ 'glass.png', '2:1', 1200, '64 x 32' ], [ 'turned.jpg', '1:1', 100, '100 x 100' ],
	[ 'photo.jpg', '10000:1', 1200, '1200 x 1' ]);
for my $slot (@slots)
{
	my ($file, $aspect, $width, $size) = @$slot;
	is(made("$file cut to $aspect", $file, '--crop', $aspect, '--width', $width), $size, "$file cut to $aspect has its proportions");
}
made('cut from the centre', 'halves.jpg', '--crop', '1:3');
is_colour('... has the border between the halves', [ 254, 0, 0 ], pixel($out, 10, 100));
is_colour('... in its middle', [ 0, 0, 254 ], pixel($out, 90, 100));
is(made('cut where the eye goes', 'photo.jpg', '--crop', '1:1', '--attention'), '1000 x 1000', '... has its proportions, too');
like(image('photo.jpg', '--crop', '6:4')->{out}, qr/-1200-3x2-centre-jpeg-v/, '6:4 is 3:2 in the key');

# WebP, where asked and smaller
made('WebP', 'photo.jpg', '--format', 'webp', '--width', 600);
is(about($out)->{'vips-loader'}, 'webpload', '... is given where it is smaller');
my $webp = -s $out;
made('JPEG of the same', 'photo.jpg', '--width', 600);
cmp_ok($webp, '<', -s $out, '... and it is smaller');
made('a transparent picture as WebP', 'glass.png', '--format', 'webp');
is(about($out)->{bands}, 4, '... stays transparent');

# Colours: a picture with a profile of its own becomes sRGB without one.
if (system("vips icc_transform '$folder/photo.jpg' '$folder/cmyk.jpg[Q=90]' cmyk 2>/dev/null") == 0)
{
	made('a picture in the inks of a printer', 'cmyk.jpg');
	my $about = about($out);
	is("$about->{interpretation} $about->{bands}", 'srgb 3', '... is in the colours of the web');
	ok(!exists $about->{'icc-profile-data'}, '... without a profile');
	my @here = pixel($out, 600, 400);
	my @there = pixel("$folder/other.jpg", 600, 400);
	is(scalar(grep { abs($here[$_] - $there[$_]) > 90 } 0 .. 2), 0, '... and looks about the same') or diag "@here, @there";
}
vips('linear', "$folder/halves.ppm", "$folder/deep.v", '257', '0');
vips('cast', "$folder/deep.v", "$folder/deep_16.v", 'ushort');
vips('copy', "$folder/deep_16.v", "$folder/deep.png", '--interpretation', 'rgb16');
is(made('a picture of sixteen bits', 'deep.png'), '400 x 300', '... is made');
is_colour('... of eight', [ 254, 0, 0 ], pixel($out, 100, 100));

# What is refused
my @refused = (
	[ 'bomb.png', qr/it has 30000 x 30000 pixels; 40 million are the most$/m ],
	[ 'progressive_bomb.jpg', qr/it has 20000 x 20000 pixels; 15 million are the most for a progressive one$/m ],
	[ 'interlaced.png', qr/it has 4000 x 4000 pixels; 15 million are the most for a progressive one$/m ],
	[ 'truncated.jpg', qr/it is damaged or cut off \(/ ],
	(map { [ "truncated.$_", qr/it is damaged or cut off \(/ ] } qw(png gif webp avif)),
	[ 'noise.jpg', qr/it is damaged or cut off \(/ ],
	[ 'drawing.svg', qr/it is an XML file or an SVG drawing$/m ],
	[ 'polyglot.html', qr/it is an HTML page$/m ],
	[ 'photo.tif', qr/it is a TIFF file$/m ],
	[ 'deep.v', qr/it is no picture that is known$/m ],
);
for my $case (@refused)
{
	my ($file, $why) = @$case;
	my $before = time;
	my $run = image($file);
	is($run->{status}, 1, "$file is refused");
	like($run->{err}, qr/\Avoygen image: The picture could not be used: $why/, "$file: and why");
	cmp_ok(length $run->{err}, '<', 300, "$file: in a sentence");
	cmp_ok(time - $before, '<', 3, "$file: soon");
	ok(!-e $out, "$file: nothing is written");
}
made('a picture that is a page as well', 'polyglot.jpg');
unlike(content($out), qr/script/, '... comes out as pixels alone');

# The process that decodes, asked as exchange.h says, with limits that real pictures would not meet.
sub decode
{
	my ($file, %limits) = @_;
	my $name = "$folder/request";
	open my $request, '>:raw', $name or die "$name: $!\n";
	print {$request} pack('LLQQQlllllx4', 0x56494d47, $limits{cpu_s} // 10, $limits{memory} // 512 << 20, $limits{pixels} // 40e6, $limits{held} // 15e6, 1200, 0, 0, 0, 0), content("$folder/$file");
	close $request;
	my $program = VoygenProgram::program();
	my $reply = `exec '$program' image-decoder <'$name' 2>/dev/null`;
	my ($magic, $made, $length, $width, $height, $format, $why) = unpack 'LLQlllZ160', $reply;
	return { status => $?, made => $made, why => $why, bytes => length $reply > 192 ? substr($reply, 192) : '' };
}

my $reply = decode('photo.jpg');
is($reply->{made}, 1, 'the decoder answers as it is asked');
like($reply->{bytes} // '', qr/\A\xff\xd8\xff/, '... with a picture');
$reply = decode('progressive.jpg', held => 1e6);
like($reply->{why} // '', qr/1 million are the most/, 'limits of pixels are those it is given');
$reply = decode('photo.png', memory => 1 << 20);
ok(!$reply->{made}, 'a picture that takes more memory than it may have is not made');
$reply = decode('bomb.png', pixels => 1e10, cpu_s => 1);
is($reply->{status} & 127, 24, 'a picture that takes more CPU than it may ends its process (SIGXCPU)') or diag $reply->{why};
is(`echo x | '@{[VoygenProgram::program()]}' image-decoder 2>&1 >/dev/null` =~ /there is no command "image-decoder"/ ? 1 : 0, 1, 'called by a person it is no command');

# A service that may make no code while it runs (systemd's MemoryDenyWriteExecute) makes pictures all the same.
SKIP:
{
	my @before = ('python3', '-c', 'import ctypes, os, sys; ctypes.CDLL(None).prctl(65, 1, 0, 0, 0) and os._exit(9); os.execvp(sys.argv[1], sys.argv[1:])');
	skip 'this system cannot forbid it', 1 if system(@before, 'true') != 0;
	is($voygen->run({ before => \@before }, 'image', "$folder/photo.jpg", $out)->{status}, 0, 'without making code a picture is made');
}

# Wrong command lines and files
my @wrong = (
	[ [], 2, qr/which picture, and where to\?/ ],
	[ ["$folder/photo.jpg"], 2, qr/which picture, and where to\?/ ],
	[ [ '--width', '0', 'a', 'b' ], 2, qr/--width must be 1 to 4096, not "0"/ ],
	[ [ '--width', '12x', 'a', 'b' ], 2, qr/--width must be 1 to 4096, not "12x"/ ],
	[ [ '--crop', '3', 'a', 'b' ], 2, qr/--crop must be like 3:2, not "3"/ ],
	[ [ '--crop', '0:2', 'a', 'b' ], 2, qr/--crop must be like 3:2/ ],
	[ [ '--attention', 'a', 'b' ], 2, qr/--attention says where to cut/ ],
	[ [ '--format', 'png', 'a', 'b' ], 2, qr/--format must be jpeg or webp, not "png"/ ],
	[ [ "$folder/none.jpg", $out ], 1, qr/cannot open .*none\.jpg: No such file/ ],
	[ [ "$folder/photo.jpg", "$folder/no/where.jpg" ], 1, qr/cannot write .*where\.jpg: No such file/ ],
);
for my $case (@wrong)
{
	my ($arguments, $status, $why) = @$case;
	my $run = $voygen->run('image', @$arguments);
	is($run->{status}, $status, "status of: image @$arguments");
	like($run->{err}, $why, "message of: image @$arguments");
}

done_testing();
