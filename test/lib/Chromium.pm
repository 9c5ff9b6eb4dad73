package Chromium;

# A headless Chromium over its DevTools pipe: NUL-separated JSON on two descriptors, so no socket, port or library is needed.
#
#   my $browser = Chromium->new;                      # ended with the object; reach => HOST: the one that it may go to
#   my $page = $browser->page(width => 390, height => 800, dark => 1);
#   $page->content($html);                            # the page's markup, loaded
#   $page->go($address);                              # the same of an address
#   $page->click('button');                           # and waits for the page that comes of it
#   my $value = $page->value('document.title');       # of JavaScript, awaited; dies when it throws
#   $page->screenshot('shot.png');
#   my @addresses = $page->requests;                  # that the page and its frames have asked for

use strict;
use warnings;
use Cpanel::JSON::XS ();
use File::Path qw(remove_tree);
use File::Temp qw(tempdir);
use IO::Select;
use JSON::PP;
use MIME::Base64;
use POSIX ();
use Time::HiRes qw(time);

# Pictures and printed pages come as text of megabytes, over which JSON::PP takes seconds.
my $json = Cpanel::JSON::XS->new->utf8->allow_nonref;

sub new
{
	my ($class, %options) = @_;
	my $rules = 'MAP * ~NOTFOUND' . ($options{reach} ? ", EXCLUDE $options{reach}" : '');
	pipe(my $child_reads, my $we_write) && pipe(my $we_read, my $child_writes) or die "pipe: $!\n";
	my $profile = tempdir('voygen-chromium-XXXX', TMPDIR => 1, CLEANUP => 1);
	my $pid = fork // die "fork: $!\n";
	if ($pid == 0)
	{
		# DevTools wants descriptors 3 and 4
		POSIX::dup2(fileno $child_reads, 30);
		POSIX::dup2(fileno $child_writes, 31);
		POSIX::dup2(30, 3);
		POSIX::dup2(31, 4);
		open STDOUT, '>', '/dev/null';
		open STDERR, '>', "$profile/log";
		no warnings 'exec';
		exec '/usr/lib/chromium/chromium-headless-shell', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run', '--hide-scrollbars',
			"--host-resolver-rules=$rules", "--user-data-dir=$profile", '--remote-debugging-pipe', 'about:blank';
		POSIX::_exit(127);
	}
	close $child_reads;
	close $child_writes;
	$we_write->autoflush(1);
	return bless { pid => $pid, out => $we_write, in => $we_read, buffer => '', next => 1, profile => $profile, requests => {} }, $class;
}

sub _message
{
	my ($self, $deadline) = @_;
	while ((my $end = index $self->{buffer}, "\0") < 0)
	{
		die "the browser says nothing\n" if !IO::Select->new($self->{in})->can_read($deadline - time);
		sysread($self->{in}, $self->{buffer}, 65536, length $self->{buffer}) or die "the browser has gone\n";
	}
	$self->{buffer} =~ s/^([^\0]*)\0//;
	return $json->decode($1);
}

# Sends a command and answers its result; what happens meanwhile is noted.
sub command
{
	my ($self, $method, $parameters, $session) = @_;
	my $id = $self->{next}++;
	print { $self->{out} } $json->encode({ id => $id, method => $method, params => $parameters // {}, $session ? (sessionId => $session) : () }), "\0";
	my $deadline = time + 60;
	while (1)
	{
		my $message = $self->_message($deadline);
		if (($message->{id} // 0) == $id)
		{
			die "$method: $message->{error}{message}\n" if $message->{error};
			return $message->{result};
		}
		push @{ $self->{requests}{ $message->{sessionId} // '' } }, $message->{params}{request}{url} if ($message->{method} // '') eq 'Network.requestWillBeSent';
	}
}

sub page
{
	my ($self, %options) = @_;
	my $target = $self->command('Target.createTarget', { url => 'about:blank' })->{targetId};
	my $session = $self->command('Target.attachToTarget', { targetId => $target, flatten => JSON::PP::true })->{sessionId};
	my $page = bless { browser => $self, session => $session }, 'Chromium::Page';
	$page->command($_) for qw(Page.enable Runtime.enable Network.enable);
	$page->command('Emulation.setDeviceMetricsOverride', { width => $options{width} // 1000, height => $options{height} // 800, deviceScaleFactor => 1, mobile => JSON::PP::false });
	$page->command('Emulation.setEmulatedMedia', { features => [{ name => 'prefers-color-scheme', value => $options{dark} ? 'dark' : 'light' }] });
	return $page;
}

sub DESTROY
{
	my ($self) = @_;
	local ($?, $@);
	eval { $self->command('Browser.close') };
	kill 'KILL', $self->{pid} if !eval { $self->_gone };
	waitpid $self->{pid}, 0;
	# Its helpers may have written after it had gone.
	remove_tree($self->{profile}, { safe => 0, error => \my $ignored });
	return;
}

sub _gone
{
	my ($self) = @_;
	for (1 .. 50)
	{
		return 1 if waitpid($self->{pid}, POSIX::WNOHANG()) != 0;
		select undef, undef, undef, 0.1;
	}
	return 0;
}

package Chromium::Page;

use strict;
use warnings;
use MIME::Base64;

sub command { my ($self, @command) = @_; return $self->{browser}->command($command[0], $command[1], $self->{session}) }

sub content
{
	my ($self, $html) = @_;
	my $frame = $self->command('Page.getFrameTree')->{frameTree}{frame}{id};
	$self->command('Page.setDocumentContent', { frameId => $frame, html => $html });
	return;
}

# Loaded is a page that is not the one of before.
sub _await
{
	my ($self, $mark) = @_;
	for (1 .. 200)
	{
		return if eval { $self->value("!window.$mark && document.readyState === 'complete'") };
		select undef, undef, undef, 0.05;
	}
	die "the page does not come\n";
}

sub _mark { my ($self) = @_; my $mark = 'before' . ++$self->{marks}; $self->value("window.$mark = true"); return $mark }

sub go
{
	my ($self, $address) = @_;
	my $mark = $self->_mark;
	my $said = $self->command('Page.navigate', { url => $address });
	die "$address: $said->{errorText}\n" if $said->{errorText};
	return $self->_await($mark);
}

sub click
{
	my ($self, $selector) = @_;
	my $mark = $self->_mark;
	$self->value("void document.querySelector('$selector').click()");
	return $self->_await($mark);
}

sub value
{
	my ($self, $expression) = @_;
	my $answer = $self->command('Runtime.evaluate', { expression => $expression, awaitPromise => JSON::PP::true, returnByValue => JSON::PP::true });
	die "$expression: " . ($answer->{exceptionDetails}{exception}{description} // $answer->{exceptionDetails}{text}) . "\n" if $answer->{exceptionDetails};
	return $answer->{result}{value};
}

sub screenshot
{
	my ($self, $path) = @_;
	open my $file, '>:raw', $path or die "$path: $!\n";
	print {$file} decode_base64($self->command('Page.captureScreenshot', { format => 'png', captureBeyondViewport => JSON::PP::true })->{data});
	close $file;
	return;
}

sub requests { my ($self) = @_; $self->value('1'); return @{ $self->{browser}{requests}{ $self->{session} } // [] } }

1;
