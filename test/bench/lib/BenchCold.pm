package BenchCold;

# Makes the tables of the benchmark cold: none of their pages is in the server's buffers, none in the system's memory.

use strict;
use warnings;
use File::Basename qw(dirname);
use lib dirname(__FILE__);
use BenchKit;
use Exporter qw(import);

our @EXPORT = qw(prepare_cold make_cold end_cold);

# A table as large as the server's buffers, and what looks into these.
sub prepare_cold
{
	my ($dbh) = @_;
	$dbh->do("create extension if not exists $_") for qw(pg_prewarm pg_buffercache);
	$dbh->do('drop table if exists bench.filler');
	$dbh->do('create unlogged table bench.filler (filling text)');
	$dbh->do('alter table bench.filler alter filling set storage plain');
	my ($pages) = $dbh->selectrow_array("select setting from pg_settings where name = 'shared_buffers'");
	$dbh->do("insert into bench.filler select repeat('x', 5000) from generate_series(1, $pages)");
	return;
}

sub end_cold
{
	my ($dbh) = @_;
	$dbh->do('drop table bench.filler');
	$dbh->do("drop extension $_") for qw(pg_prewarm pg_buffercache);
	return;
}

# Pages of the tables, indexes and values kept apart of schema voygen that are among the server's buffers.
sub _warm_pages
{
	my ($dbh) = @_;
	return scalar $dbh->selectrow_array(q{
		select count(*)
		from pg_buffercache b
		join pg_class c on pg_relation_filenode(c.oid) = b.relfilenode
		where b.reldatabase = (select oid from pg_database where datname = current_database())
		  and c.relnamespace in ('voygen'::regnamespace, 'pg_toast'::regnamespace)});
}

# Lets the system forget the files. Written pages can be forgotten only once they are on the disk.
sub _forget_files
{
	my ($dbh) = @_;
	$dbh->do('checkpoint');
	my ($folder) = $dbh->selectrow_array('show data_directory');
	my $paths = $dbh->selectcol_arrayref(q{
		select pg_relation_filepath(oid)
		from pg_class
		where relkind in ('r', 'i', 't') and relnamespace in ('voygen'::regnamespace, 'pg_toast'::regnamespace)});
	for my $file (map { glob "'$folder/$_' '$folder/$_'.[0-9]*" } @$paths)
	{
		next unless -s $file;
		system('dd', "if=$file", 'iflag=nocache', 'count=0', 'status=none') == 0 or die "the system cannot be asked to forget $file\n";
	}
	return;
}

# Reads the filler until nothing else is left. A page that was used much is passed over some times before it goes.
sub make_cold
{
	my ($dbh) = @_;
	for (1 .. 12)
	{
		$dbh->do("select pg_prewarm('bench.filler')");
		last if _warm_pages($dbh) < 100;
	}
	my $left = _warm_pages($dbh);
	die "$left pages of the tables stayed in the server's buffers\n" if $left >= 100;
	_forget_files($dbh);
	return;
}

1;
