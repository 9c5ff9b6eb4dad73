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

our @EXPORT = qw(make_pictures jpeg_size about pixel content vips);

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
	my $python = sub { system('python3', checkout() . '/test/lib/picture_files.py', $folder, @_) == 0 or die "picture_files.py failed\n" };
	$python->('plain');
	vips('copy', "$folder/photo.ppm", "$folder/photo.$_") for 'jpg[Q=90]', 'png[compression=1]', 'webp', 'tif';
	vips('copy', "$folder/photo.ppm", "$folder/progressive.jpg[Q=60,interlace]");
	vips('copy', "$folder/halves.ppm", "$folder/halves.jpg[Q=95]");
	vips('copy', "$folder/halves.ppm", "$folder/halves.$_") for 'gif', 'webp', 'avif[effort=0]', 'heic[compression=hevc,effort=0]';
	$python->('odd');
	return;
}

# Width and height as a JPEG's own header states them.
sub jpeg_size
{
	my ($file) = @_;
	my $bytes = content($file) // '';
	my $at = 2;
	while (substr($bytes, $at, 2) =~ /\A\xff([\xc0-\xfe])\z/s)
	{
		my ($length, $height, $width) = unpack 'n x n n', substr $bytes, $at + 2, 8;
		return "$width x $height" if $1 =~ /[\xc0-\xc2]/;
		$at += 2 + $length;
	}
	return 'no JPEG';
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
