package VoygenTest;

# Databases for the tests: each test gets its own, copied from a template that is deployed once and built anew only
# when the code it comes from has changed. Roles belong to the whole cluster, so a test that makes one gives it a name
# of its own and drops it.
#
#   use VoygenTest;
#   my $db = fresh_database('my_test');        # DBI handle as superuser; dropped when the test ends
#   my $other = connect_to('my_test', user => 'voygen_gateway');
#
# `prove` by hand works too: without test/run this module starts the test cluster itself and leaves it running.

use strict;
use warnings;
use Cwd qw(abs_path);
use DBI;
use Digest::SHA;
use Exporter qw(import);
use File::Basename qw(dirname);
use File::Find;

our @EXPORT = qw(checkout fresh_database empty_database connect_to drop_database database_url psql);

my $checkout = abs_path(dirname(__FILE__) . '/../..');
my $template = 'voygen_template';
my %to_drop;

sub checkout { return $checkout }

# Exports of the test cluster's address, unless test/run has set them.
sub _find_cluster
{
	return if $ENV{VOYGEN_TEST_RUN};
	$ENV{VOYGEN_CLUSTER} = 'test';
	system("$checkout/service/cluster/start >&2") == 0 or die "the test cluster did not start\n";
	for (split /\n/, `$checkout/service/cluster/env`)
	{
		$ENV{$1} = $2 if /^export (PG[A-Z]+)=(.*)$/;
		$ENV{PATH} = "$1:$ENV{PATH}" if /^export PATH=(.*):\$PATH$/;
	}
	$ENV{VOYGEN_TEST_RUN} = 1;
	return;
}

# connect_to($database, user => ..., ...): a handle that dies on errors; further pairs are DBI attributes.
sub connect_to
{
	my ($database, %options) = @_;
	my $user = delete $options{user} // $ENV{PGUSER};
	return DBI->connect("dbi:Pg:dbname='$database'", $user, '',
		{ AutoCommit => 1, RaiseError => 1, PrintError => 0, pg_enable_utf8 => 1, %options });
}

# The address of a database over the socket, for programs that take one.
sub database_url
{
	my ($database, $user) = @_;
	$user //= $ENV{PGUSER};
	my $host = $ENV{PGHOST} =~ s/([^A-Za-z0-9._-])/sprintf('%%%02X', ord $1)/ger;
	return "postgresql://$user\@$host:$ENV{PGPORT}/$database";
}

# psql($database, $sql, @options): what psql prints, unaligned and without headers; dies on the first error.
sub psql
{
	my ($database, $sql, @options) = @_;
	my @command = ('psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', $database, @options, '-c', $sql);
	open my $pipe, '-|', @command or die "psql: $!\n";
	local $/;
	my $output = <$pipe>;
	close $pipe or die "psql failed on $database: $sql\n";
	chomp $output if defined $output;
	return $output;
}

# Everything a deployed database is made from: a sum over names and contents.
sub _sum_of_code
{
	my $sum = Digest::SHA->new(256);
	my @files;
	find({ no_chdir => 1, wanted => sub { push @files, $_ if -f } },
		grep { -d } map { "$checkout/$_" } qw(migrations sql service/templates/apps));
	push @files, glob("$checkout/extension/voygen--*.sql"), glob("$checkout/extension/voygen.so"),
		"$checkout/service/cluster/deploy";
	for my $file (sort @files)
	{
		$sum->add($file);
		$sum->addfile($file);
	}
	return $sum->hexdigest;
}

# Deploys the template when it is missing or older than the code. The lock keeps two tests from doing so at once.
sub _make_template
{
	my $db = connect_to('postgres');
	my $sum = _sum_of_code();
	$db->do("set client_min_messages = error");
	$db->do("select pg_advisory_lock(hashtext('$template'))");
	my ($stands) = $db->selectrow_array(
		"select shobj_description(oid, 'pg_database') from pg_database where datname = ?", undef, $template);
	if (($stands // '') ne $sum)
	{
		$db->do("drop database if exists $template with (force)");
		local $ENV{VOYGEN_DATABASE} = $template;
		my $output = `$checkout/service/cluster/deploy 2>&1`;
		die "deploying the template failed:\n$output" if $?;
		$db->do("comment on database $template is '$sum'");
	}
	return $db;
}

# Makes a database of that name from the template, dropping one that is there.
sub copy_template
{
	my ($name) = @_;
	_find_cluster();
	my $db = _make_template();
	$db->do("drop database if exists " . $db->quote_identifier($name) . " with (force)");
	$db->do("create database " . $db->quote_identifier($name) . " template $template");
	$db->disconnect;
	return;
}

# A database with extension, migrations and SQL API, dropped when the test ends.
sub fresh_database
{
	my ($name) = @_;
	copy_template($name);
	$to_drop{$name} = $$;
	return connect_to($name);
}

# A database with nothing in it, for tests that deploy themselves; $how is what CREATE DATABASE is told beyond its name.
sub empty_database
{
	my ($name, $how) = @_;
	_find_cluster();
	drop_database($name);
	my $db = connect_to('postgres');
	$db->do("create database " . $db->quote_identifier($name) . ' template template0 ' . ($how // ''));
	$db->disconnect;
	$to_drop{$name} = $$;
	return connect_to($name);
}

# Leaves a database of this test to whoever wants to look at it.
sub keep_database
{
	my ($name) = @_;
	delete $to_drop{$name};
	return;
}

sub drop_database
{
	my ($name) = @_;
	my $db = connect_to('postgres');
	$db->do("set client_min_messages = error");
	$db->do("drop database if exists " . $db->quote_identifier($name) . " with (force)");
	$db->disconnect;
	delete $to_drop{$name};
	return;
}

# A child of the test must not drop what the test still uses. A server the test has killed for good ends the matter.
END
{
	my $status = $?;
	for my $name (keys %to_drop)
	{
		next if $to_drop{$name} != $$;
		eval { drop_database($name) };
	}
	$? = $status;
}

1;
