package PdfTest;

# Prints documents with `voygen pdf` and looks at what came out with poppler's tools, which share no code with Chromium.
#
#   my $desk = PdfTest->new;                                   # a folder of its own, removed at the end
#   $desk->put('in/look.css', $text);                          # a file in it
#   my $run = $desk->print($html, '--resources', 'in');        # {status, err, pdf, seconds}; paths are below the folder
#   my $run = $desk->print({ as => 'postgres', before => [...] }, $html, ...);
#   $desk->text($run->{pdf}, 1);                               # words of a page, as they stand (or '-raw': as they were written)
#   my $job = $desk->start($html, @arguments);                 # in the background: {pid, err}
#   my $canary = PdfTest::Canary->new;                         # a listener on loopback that notes who comes

use strict;
use warnings;
use Compress::Zlib ();
use Encode qw(encode);
use File::Basename qw(dirname);
use File::Copy qw(copy);
use File::Path qw(make_path);
use File::Temp qw(tempdir);
use IPC::Run ();
use Time::HiRes qw(sleep time);
use VoygenTest qw(checkout);

sub new
{
	my ($class) = @_;
	my $folder = tempdir('voygen-pdf-XXXX', DIR => '/tmp', CLEANUP => 1);
	chmod 0777, $folder;
	# Another user may not enter every checkout.
	copy(checkout() . '/build/voygen', "$folder/voygen") or die "copying the program: $!\n";
	chmod 0755, "$folder/voygen";
	return bless { folder => $folder, count => 0 }, $class;
}

sub folder { return $_[0]{folder} }

sub put
{
	my ($self, $name, $content) = @_;
	my $path = "$self->{folder}/$name";
	make_path(dirname($path));
	open my $file, '>:raw', $path or die "$path: $!\n";
	print {$file} utf8::is_utf8($content) ? encode('UTF-8', $content) : $content;
	close $file;
	return $path;
}

# A picture of one colour.
sub png
{
	my ($width, $height, @rgb) = @_;
	my $chunk = sub { return pack('N', length $_[1]) . $_[0] . $_[1] . pack('N', Compress::Zlib::crc32("$_[0]$_[1]")) };
	my $rows = ("\0" . pack('C3', @rgb) x $width) x $height;
	return "\x89PNG\r\n\x1a\n" . $chunk->('IHDR', pack('NNC5', $width, $height, 8, 2, 0, 0, 0)) . $chunk->('IDAT', Compress::Zlib::compress($rows)) . $chunk->('IEND', '');
}

sub _command
{
	my ($self, $options, $html, @arguments) = @_;
	my $number = ++$self->{count};
	my $in = $self->put("document$number.html", $html);
	my @as = $options->{as} && $> == 0 ? ('setpriv', "--reuid=$options->{as}", "--regid=$options->{as}", '--clear-groups') : ();
	my $out = "$self->{folder}/document$number.pdf";
	return ($out, @as, @{ $options->{before} // [] }, "$self->{folder}/voygen", 'pdf', $in, $out, @arguments);
}

# Nothing of the caller's environment, and no settings of a checkout.
sub _environment { return (PATH => $ENV{PATH}, LC_ALL => 'C.UTF-8', VOYGEN_GATEWAY_URL => 'none', VOYGEN_TOKEN => 'none') }

sub print ## no critic: the word says it
{
	my ($self, @what) = @_;
	my $options = ref $what[0] ? shift @what : {};
	my ($out, @command) = $self->_command($options, @what);
	my ($said, $err) = ('', '');
	my $begun = time;
	local %ENV = _environment();
	IPC::Run::run(\@command, \undef, \$said, \$err, init => sub { chdir $self->{folder} });
	return { status => $? & 127 ? 'signal ' . ($? & 127) : $? >> 8, out => $said, err => $err, pdf => $out, seconds => time - $begun };
}

sub start
{
	my ($self, @what) = @_;
	my $options = ref $what[0] ? shift @what : {};
	my ($out, @command) = $self->_command($options, @what);
	my $err = "$out.err";
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0)
	{
		%ENV = _environment();
		chdir $self->{folder};
		open STDERR, '>', $err;
		exec @command;
		exit 127;
	}
	return bless { pid => $pid, pdf => $out, err_file => $err }, 'PdfTest::Job';
}

sub slurp
{
	my ($path) = @_;
	open my $file, '<:raw', $path or return '';
	local $/;
	return scalar(<$file>) // '';
}

sub _tool
{
	my (@command) = @_;
	open my $pipe, '-|:encoding(UTF-8)', @command or die "$command[0]: $!\n";
	local $/;
	my $said = <$pipe>;
	close $pipe or die "@command failed\n";
	return $said;
}

sub text { my ($self, $pdf, $page, $order) = @_; return _tool('pdftotext', $order // '-layout', $page ? ('-f', $page, '-l', $page) : (), $pdf, '-') }
sub boxes { my ($self, $pdf) = @_; return _tool('pdftotext', '-bbox', $pdf, '-') }
sub info { my ($self, $pdf) = @_; return _tool('pdfinfo', '-isodates', $pdf) }
sub structure { my ($self, $pdf) = @_; return _tool('pdfinfo', '-struct-text', $pdf) }
sub outline { my ($self, $pdf) = @_; return _tool('pdftohtml', '-i', '-xml', '-stdout', $pdf) =~ m{<outline>(.*)</outline>}s ? $1 : '' }

# Name and type of each font; dies when one is not embedded.
sub fonts
{
	my ($self, $pdf) = @_;
	my %fonts;
	for (split /\n/, _tool('pdffonts', $pdf))
	{
		my ($name, $type, $embedded) = /^(?:[A-Z]{6}\+)?(\S*)\s+(Type 1C?|Type 3|TrueType|CID TrueType|CID Type 0C?)\s.*?\s(yes|no)\s+(?:yes|no)\s+(?:yes|no)\s+\d+\s+\d+$/ or next;
		die "$name is not embedded\n" if $embedded ne 'yes';
		$fonts{$name} = $type;
	}
	return \%fonts;
}

# --- processes ---------------------------------------------------------------------------

# All processes below one.
sub below
{
	my ($pid) = @_;
	my %children;
	for my $file (glob '/proc/[0-9]*/stat')
	{
		push @{ $children{$2} }, $1 if slurp($file) =~ /^(\d+) \(.*\) \S (\d+) /s;
	}
	my @all;
	my @next = ($pid);
	while (defined(my $at = shift @next))
	{
		push @all, @{ $children{$at} // [] };
		push @next, @{ $children{$at} // [] };
	}
	return @all;
}

sub command_of { return slurp("/proc/$_[0]/cmdline") =~ tr/\0/ /r }

# {Uid, NoNewPrivs, Seccomp, …} of a process, by the kernel.
sub status_of { return { map { /^(\w+):\s+(.*)/ ? ($1 => $2) : () } split /\n/, slurp("/proc/$_[0]/status") } }

package PdfTest::Job;

use strict;
use warnings;
use Time::HiRes qw(sleep);

sub err { return PdfTest::slurp($_[0]{err_file}) }

# Waits until something is true, half a minute at most.
sub until
{
	my ($self, $condition) = @_;
	for (1 .. 3000)
	{
		return 1 if $condition->();
		sleep 0.01;
	}
	return 0;
}

# The browser's first process and all of its processes, when it has some that read pages.
sub browser
{
	my ($self) = @_;
	my %command = map { $_ => PdfTest::command_of($_) } PdfTest::below($self->{pid});
	my ($first) = grep { $command{$_} =~ /--remote-debugging-pipe/ && $command{$_} !~ /--type=/ } keys %command;
	return ($first, [grep { $command{$_} =~ /chromium/ } keys %command], $first ? $command{$first} =~ /--user-data-dir=(\S+)/ : ());
}

sub wait ## no critic: the word says it
{
	my ($self) = @_;
	waitpid $self->{pid}, 0;
	return $? & 127 ? 'signal ' . ($? & 127) : $? >> 8;
}

package PdfTest::Canary;

use strict;
use warnings;
use File::Temp ();
use IO::Select;
use IO::Socket::INET;

sub new
{
	my ($class) = @_;
	my $door = IO::Socket::INET->new(LocalAddr => '127.0.0.1', Listen => 50) or die "canary: $@\n";
	my $log = File::Temp->new;
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0)
	{
		$SIG{TERM} = 'DEFAULT';
		open my $notes, '>>', $log->filename;
		$notes->autoflush(1);
		while (my $guest = $door->accept)
		{
			my $said = '';
			sysread $guest, $said, 4096 if IO::Select->new($guest)->can_read(1);
			print {$notes} 'came: ', $said =~ s/\r?\n.*//sr, "\n";
			print {$guest} "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\nConnection: close\r\n\r\ncanary";
			close $guest;
		}
		POSIX::_exit(0);
	}
	return bless { pid => $pid, port => $door->sockport, log => $log }, $class;
}

sub port { return $_[0]{port} }
sub heard { return PdfTest::slurp($_[0]{log}->filename) }

sub DESTROY
{
	my ($self) = @_;
	local ($?, $!);
	kill 'TERM', $self->{pid};
	waitpid $self->{pid}, 0;
	return;
}

1;
