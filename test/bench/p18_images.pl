#!/usr/bin/env perl
# P-18: a picture for a proposal against libvips' own vipsthumbnail, each started for one picture: a JPEG of 12
# megapixels becomes a progressive one of 1200 pixels. CPU time of all their processes.
use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/lib", "$FindBin::Bin/../lib";
use BenchKit;
use File::Temp qw(tempdir);
use PictureFiles;

my $folder = tempdir('voygen-images-XXXX', TMPDIR => 1, CLEANUP => 1);
my $program = "$FindBin::Bin/../../build/voygen";
my $source = "$folder/source.jpg";

# Structure of every size and colour, as a photograph has.
vips('worley', "$folder/one.v", 4000, 3000, '--cell-size', 256);
vips('perlin', "$folder/two.v", 4000, 3000, '--cell-size', 64, '--uchar');
vips('gaussnoise', "$folder/three.v", 4000, 3000, '--mean', 128, '--sigma', 12);
vips('bandjoin', join(' ', map { "$folder/$_.v" } qw(one two three)), "$folder/joined.v");
vips('cast', "$folder/joined.v", "$folder/bytes.v", 'uchar');
vips('copy', "$folder/bytes.v", "$folder/all.v", '--interpretation', 'srgb');
vips('copy', "$folder/all.v", "$source\[Q=90]");
unlink glob "$folder/*.v";

# CPU seconds of a program and all it has started.
sub cpu_of
{
	my (@command) = @_;
	my $before = (times)[2] + (times)[3];
	open my $out, '>&', \*STDOUT or die "stdout: $!\n";
	open STDOUT, '>', '/dev/null' or die "/dev/null: $!\n";
	my $status = system @command;
	open STDOUT, '>&', $out or die "stdout: $!\n";
	die "@command failed\n" if $status != 0;
	return (times)[2] + (times)[3] - $before;
}

# Pictures of a round: the clock of a process's time is coarse.
my $pictures = $ENV{BENCH_PICTURES} // 10;
my $total = sub { my ($run) = @_; my $sum = 0; $sum += $run->() for 1 .. $pictures; return $sum / $pictures };
my %time = in_turn(rounds(),
	ours => sub { $total->(sub { cpu_of($program, 'image', $source, "$folder/ours.jpg") }) },
	other => sub { $total->(sub { cpu_of('vipsthumbnail', $source, '-s', '1200x1200>', '-o', "$folder/other.jpg[Q=85,interlace,optimize_coding,strip]") }) });
check_equal('pictures', map { unpack '%64C*', content("$folder/$_.jpg") } qw(ours other));
report('P-18', $time{other} / $time{ours}, duration($time{ours}), duration($time{other}),
	'CPU of a JPEG of 1200 pixels made of one of 12 megapixels, in a process without rights; the same bytes by vipsthumbnail');
