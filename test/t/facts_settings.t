# Facts are the same whatever the session that builds them has set, and whatever the language of the database. The long
# form, which runs other tests of facts under such settings too, is test/soak/settings.sh.
use strict;
use warnings;
use Test::More;
use VoygenTest;
use FactsSettings;

fresh_database('facts_settings')->disconnect;
my $settings = FactsSettings->new(database => 'facts_settings', trips => $ENV{SETTINGS_TRIPS} // 12);
for my $name ($settings->names)
{
	is_deeply([$settings->drift_under($name)], [], "facts built with $name equal the recomputation") or diag(FactsStress::drift_text($settings->drift_under($name)));
}

# A database in Turkish, where I and i are not one letter, ordered as Turkish dictionaries do.
my $turkish = empty_database('facts_turkish', q{locale_provider icu icu_locale 'tr-TR' lc_collate 'C.UTF-8' lc_ctype 'C.UTF-8'});
{
	local $ENV{VOYGEN_DATABASE} = 'facts_turkish';
	my $output = qx(@{[checkout()]}/service/cluster/deploy 2>&1);
	is($?, 0, 'Voygen can be deployed into a Turkish database') or diag($output);
}
isnt($turkish->selectrow_array("select lower('TITLE')"), 'title', 'whose letters are Turkish');
$turkish->disconnect;
my $there = FactsSettings->new(database => 'facts_turkish', trips => $ENV{SETTINGS_TRIPS} // 12);
for my $name ('generic plans', 'Los Angeles')
{
	is_deeply([$there->drift_under($name)], [], "in Turkish, facts built with $name equal the recomputation") or diag(FactsStress::drift_text($there->drift_under($name)));
}
done_testing();
