package PictureFiles;

# Pictures for the tests, made anew by libvips' own tools and by picture_files.py, and what their files say.
#
#   make_pictures($folder);
#   my $about = about("$folder/photo.jpg");       # {width, height, bands, interpretation, ...} by vipsheader
#   my @rgb = pixel($file, $x, $y);

use strict;
use warnings;
use Exporter qw(import);
use VoygenTest qw(checkout);

our @EXPORT = qw(make_pictures about pixel content vips);

sub vips
{
	my (@arguments) = @_;
	system('vips', @arguments) == 0 or die "vips @arguments failed\n";
	return;
}

# photo: 1500 x 1000, structured and coloured; halves: 400 x 300, red on the left and blue on the right.
sub make_pictures
{
	my ($folder) = @_;
	my $at = sub { "$folder/$_[0]" };
	vips('worley', $at->('r.v'), 1500, 1000, '--cell-size', 150);
	vips('sines', $at->('g.v'), 1500, 1000, '--hfreq', 9, '--uchar');
	vips('perlin', $at->('b.v'), 1500, 1000, '--uchar');
	vips('cast', $at->('r.v'), $at->('r8.v'), 'uchar');
	vips('bandjoin', join(' ', map { $at->($_) } qw(r8.v g.v b.v)), $at->('three.v'));
	vips('copy', $at->('three.v'), $at->('photo.v'), '--interpretation', 'srgb');
	vips('copy', $at->('photo.v'), $at->('photo.jpg[Q=90]'));
	vips('copy', $at->('photo.v'), $at->('progressive.jpg[Q=60,interlace]'));
	vips('copy', $at->('photo.v'), $at->('photo.png'));
	vips('copy', $at->('photo.v'), $at->('photo.webp'));
	vips('copy', $at->('photo.v'), $at->('photo.tif'));
	vips('black', $at->('black.v'), 400, 300, '--bands', 3);
	vips('linear', $at->('black.v'), $at->('red.v'), '1', '254 0 0', '--uchar');
	vips('linear', $at->('black.v'), $at->('blue.v'), '1', '0 0 254', '--uchar');
	vips('copy', $at->('red.v'), $at->('red_rgb.v'), '--interpretation', 'srgb');
	vips('insert', $at->('red_rgb.v'), $at->('blue.v'), $at->('halves.v'), 200, 0);
	vips('crop', $at->('halves.v'), $at->('halves.jpg[Q=95]'), 0, 0, 400, 300);
	system('python3', checkout() . '/test/lib/picture_files.py', $folder) == 0 or die "picture_files.py failed\n";
	return;
}

sub about
{
	my ($file) = @_;
	open my $pipe, '-|', 'vipsheader', '-a', $file or die "vipsheader: $!\n";
	my %about = map { /^([\w-]+): (.*)$/ ? ($1, $2) : () } <$pipe>;
	return \%about;
}

sub pixel
{
	my ($file, $x, $y) = @_;
	my $values = `vips getpoint '$file' $x $y`;
	return split ' ', $values;
}

sub content
{
	my ($name) = @_;
	open my $file, '<:raw', $name or return;
	local $/;
	return scalar <$file>;
}

1;
