package BenchPhotographs;

# The photographs of P-14: make_photographs($folder) writes photo1.jpg to photo12.jpg.

use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__) . '/../../lib';
use Chromium;
use Exporter qw(import);
use MIME::Base64;

our @EXPORT = qw(make_photographs);

# Twelve photographs of 1200 by 800: skies, hills and noise, each another. About 140 kB, as photographs of that size have.
sub make_photographs
{
	my ($folder) = @_;
	my $browser = Chromium->new;
	my $page = $browser->page;
	for my $number (1 .. 12)
	{
		my $data = $page->value(<<~"JS");
			(() => {
				const canvas = Object.assign(document.createElement('canvas'), {width: 1200, height: 800});
				const paint = canvas.getContext('2d');
				let seed = $number;
				const random = () => (seed = (seed * 1103515245 + 12345) % 2147483648) / 2147483648;
				const sky = paint.createLinearGradient(0, 0, 0, 800);
				sky.addColorStop(0, `hsl(\${$number * 30} 60% 45%)`);
				sky.addColorStop(1, `hsl(\${$number * 30 + 60} 50% 80%)`);
				paint.fillStyle = sky;
				paint.fillRect(0, 0, 1200, 800);
				for (let i = 0; i < 2500; i++) {
					paint.fillStyle = `hsla(\${random() * 360} 40% \${random() * 100}% / .35)`;
					paint.beginPath();
					paint.ellipse(random() * 1200, 300 + random() * 500, 4 + random() * 40, 2 + random() * 12, random() * 3, 0, 7);
					paint.fill();
				}
				return canvas.toDataURL('image/jpeg', 0.72);
			})()
			JS
		open my $file, '>:raw', "$folder/photo$number.jpg" or die "photo$number.jpg: $!\n";
		print {$file} decode_base64($data =~ s/^data:image\/jpeg;base64,//r);
		close $file;
	}
	return;
}

1;
