# A table instruction_sets that is older than Voygen keeps its rows, its owner and its queries; going back takes away only what was added.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/../lib";
use Test::More;
use VoygenTest;
use VoygenMigration;

# The table as programs before Voygen made it.
sub old_table
{
	my ($db, $schema) = @_;
	$db->do("create table $schema.instruction_sets (
		id text primary key,
		name text unique not null,
		title text,
		content text,
		description text,
		category text,
		is_active boolean default true,
		created_at timestamptz default current_timestamp,
		updated_at timestamptz default current_timestamp)");
	$db->do("insert into $schema.instruction_sets (id, name, title, content, description, category, is_active, created_at, updated_at) values
		('1', 'mobile-mode', 'Mobile', 'Old words', 'For the road', 'modes', true, '2025-01-01', '2025-01-02'),
		('2', 'three-tier-pricing', 'Tiers', 'Old tiers', null, 'pricing', true, '2025-01-01', '2025-01-02'),
		('3', 'workflows', 'Flows', 'Old flows', null, null, true, '2025-01-01', '2025-01-02'),
		('4', 'own-notes', null, 'Ours', null, null, false, '2025-01-01', '2025-01-02')");
	return;
}

my @old_queries = (
	"select name, title, content, description, category from %s.instruction_sets where is_active order by name",
	"select * from (select id, name, title, content, description, category, is_active, created_at, updated_at from %s.instruction_sets) s order by id",
	"select count(*) from %s.instruction_sets where category = 'modes'",
);

sub answers
{
	my ($db, $schema, $only_old) = @_;
	my $of = $only_old ? "(select * from $schema.instruction_sets where length(id) = 1)" : '';
	return [ map { my $query = sprintf($_, $schema); $db->selectall_arrayref($query) } @old_queries ];
}

subtest 'one in schema voygen is adopted' => sub {
	my $name = 'migrations_adopted';
	my $db = empty_database($name);
	$db->do("do \$\$ begin create role migrations_old_program; exception when duplicate_object then null; end \$\$");
	$db->do("create schema voygen authorization migrations_old_program");
	$db->do("set role migrations_old_program");
	old_table($db, 'voygen');
	$db->do("reset role");
	my $schema_before = schema_dump($name);
	my $before = answers($db, 'voygen');

	ok(eval { migrate($name, 'deploy'); 1 }, 'deploy') or diag $@;
	is_deeply(answers($db, 'voygen'), $before, 'old queries answer as before');
	$db->do("set role migrations_old_program");
	is_deeply(answers($db, 'voygen'), $before, 'for the role of the old program too');
	ok(eval { $db->do("insert into voygen.instruction_sets (id, name, content) values ('5', 'new-one', 'New')"); 1 }, 'the old program writes as before') or diag $@;
	ok(eval { $db->do("update voygen.instruction_sets set title = 'Newer' where id = '5'"); 1 }, 'and changes') or diag $@;
	ok(eval { $db->do("delete from voygen.instruction_sets where id = '5'"); 1 }, 'and deletes') or diag $@;
	$db->do("reset role");
	is_deeply($db->selectall_arrayref("select name, supports_templating, chain_compatible, template_variables, agency_id, default_template_id from voygen.instruction_sets order by name", { Slice => [] }),
		[ [ 'mobile-mode', 1, 1, undef, undef, undef ], [ 'own-notes', 0, 0, undef, undef, undef ], [ 'three-tier-pricing', 1, 1, undef, undef, undef ], [ 'workflows', 0, 1, undef, undef, undef ] ],
		'new columns have their defaults, known sets their flags');

	my ($agency) = $db->selectrow_array("select voygen.create_agency('one', 'One')");
	$db->do("set voygen.agency_id = $agency");
	$db->do("set role voygen_admin");
	is($db->selectrow_array("select count(*) from voygen.instruction_sets"), 4, 'agencies read the old sets');
	ok(!eval { $db->do("update voygen.instruction_sets set title = 'Mine' where agency_id is null returning 1") > 0 }, 'but do not change what all share');
	ok(eval { $db->do("insert into voygen.instruction_sets (id, name, content, agency_id) values ('own-1', 'agency-own', 'Own', $agency)"); 1 }, 'and add their own') or diag $@;
	ok(!eval { $db->do("insert into voygen.instruction_sets (id, name, content) values ('x', 'x', 'x')"); 1 }, 'not shared ones');
	$db->do("reset role");
	$db->do("reset voygen.agency_id");
	$db->do("delete from voygen.instruction_sets where id = 'own-1'");

	ok(eval { migrate($name, 'revert'); 1 }, 'revert') or diag $@;
	is_deeply(answers($db, 'voygen'), $before, 'every row is as before');
	same_dump(schema_dump($name), $schema_before, 'and so is the schema');
	ok(eval { migrate($name, 'deploy'); migrate($name, 'revert'); 1 }, 'up and back again') or diag $@;
	same_dump(schema_dump($name), $schema_before, 'leaves the same');
	$db->do("drop schema voygen cascade");
	$db->do("drop owned by migrations_old_program");
	$db->do("drop role migrations_old_program");
};

subtest 'one in schema public stays, and its rows are copied' => sub {
	my $name = 'migrations_public';
	my $db = empty_database($name);
	old_table($db, 'public');
	my $schema_before = schema_dump($name);
	my $before = answers($db, 'public');
	ok(eval { migrate($name, 'deploy'); 1 }, 'deploy') or diag $@;
	is_deeply(answers($db, 'public'), $before, 'the old table answers as before');
	is_deeply(answers($db, 'voygen'), $before, 'its copy answers the same');
	$db->do("insert into public.instruction_sets (id, name) values ('6', 'later')");
	ok(eval { migrate($name, 'revert'); 1 }, 'revert') or diag $@;
	is($db->selectrow_array("select count(*) from public.instruction_sets"), 5, 'the old table keeps its rows');
	same_dump(schema_dump($name), $schema_before, 'nothing else is left');
};

subtest 'starter sets come where no set of their name is' => sub {
	my $name = 'migrations_starter';
	my $db = empty_database($name);
	old_table($db, 'public');
	migrate($name, 'deploy');
	psql($name, 'select 1', '-f', checkout() . '/sql/starter_instructions.sql');
	is($db->selectrow_array("select content from voygen.instruction_sets where name = 'mobile-mode'"), 'Old words', 'an old set is not replaced');
	is($db->selectrow_array("select count(*) from voygen.instruction_sets where name = 'activity-logging'"), 1, 'a missing one is added');
	psql($name, 'select 1', '-f', checkout() . '/sql/starter_instructions.sql');
	is($db->selectrow_array("select count(*) from voygen.instruction_sets"), 8, 'once');
};

subtest 'names are unique within an agency and among the shared sets' => sub {
	my $name = 'migrations_unique';
	my $db = empty_database($name);
	migrate($name, 'deploy');
	my @agencies = map { $db->selectrow_array("select voygen.create_agency('a$_', 'A')") } 1, 2;
	my $insert = sub { my ($agency) = @_; eval { $db->do("insert into voygen.instruction_sets (name, content, agency_id) values ('same', 'x', ?)", undef, $agency); 1 } };
	ok($insert->(undef), 'a shared one');
	ok(!$insert->(undef), 'not a second');
	ok($insert->($agencies[0]), 'an agency\'s own of the same name');
	ok(!$insert->($agencies[0]), 'not a second');
	ok($insert->($agencies[1]), 'another agency\'s');
};

done_testing();
