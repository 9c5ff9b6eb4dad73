# `voygen render --placeholders`: a text filled in without a database, with its warnings and errors, and as the database does it.

use strict;
use warnings;
use utf8;
use File::Temp qw(tempdir);
use FindBin;
use lib "$FindBin::RealBin/../lib";
use Test::More;
use VoygenTest;

my $program = checkout() . '/build/voygen';
my $folder = tempdir(CLEANUP => 1);

sub file
{
	my ($name, $text) = @_;
	open my $file, '>:encoding(UTF-8)', "$folder/$name" or die "$name: $!\n";
	print $file $text;
	close $file or die "$name: $!\n";
	return "$folder/$name";
}

sub text_of { my ($path) = @_; open my $file, '<:encoding(UTF-8)', $path or die "$path: $!\n"; local $/; return scalar <$file> // '' }

# What a command prints, what it says on stderr, and how it ends.
sub run
{
	my (@arguments) = @_;
	my $line = join ' ', map { s/'/'\\''/gr =~ s/(.*)/'$1'/sr } $program, 'render', @arguments;
	my $output = `$line 2>$folder/said`;
	my $status = $? >> 8;
	utf8::decode($output);
	return ($output, text_of("$folder/said"), $status);
}

my $letter = file('letter.txt', "Liebe {client.name},\n{{#each hotels as h}}- {h.name}: {h.price|currency('EUR')}\n{{/each}}{tz|'EST'} {day|'MMMM Do'}{x}\n");
my $schema = file('schema.json', '{"client.name": {"type": "string", "required": true}, "day": {"type": "date"}}');
my $values = file('values.json', '{"client": {"name": "<Zoë> O\'Brien"}, "hotels": [{"name": "{tz}", "price": 12.345}], "day": "2025-03-01"}');

my @done = run($letter, '--placeholders', '--schema', $schema, '--context', $values);
is_deeply(\@done, ["Liebe <Zoë> O'Brien,\n- {tz}: €12.35\nEST March 1st\n", "voygen render: $letter: line 3, column 37: x has no value, nothing stands in its place\n", 0], 'a text with a warning');
is((run($letter, '--placeholders', '--context', $values, '--format', 'html'))[0], "Liebe &lt;Zoë&gt; O&#39;Brien,\n- {tz}: €12.35\nEST March 1st\n", 'as HTML');

@done = run($letter, '--placeholders', '--schema', $schema);
is_deeply([@done[0, 2]], ['', 1], 'nothing when something is missing');
is($done[1], "voygen render: a variable is missing: client.name (/client/name): expected a value for client.name, got nothing\n", 'and it is named');
my $bad = file('bad.txt', "One\n  {{#if a}}two");
is_deeply([run($bad, '--placeholders')], ['', "voygen render: $bad:2:3: this {{#if}} is not closed by {{/if}}\n  {{#if a}}two\n", 1], 'a fault with its place and line');
is_deeply([(run(file('open.txt', '{a'), '--placeholders', '--format', 'pdf'))[2], (run($bad, '--placeholders', '--dir', $folder))[2], (run($bad, '--schema', $schema))[2], (run('--placeholders'))[2]],
	[2, 2, 2, 2], 'wrong usage');
is((run("$folder/nowhere", '--placeholders'))[2], 1, 'a file that is not there');
my $cut_off = file('cut.json', '{"a": 1');
is((run($letter, '--placeholders', '--context', $cut_off))[1], "voygen render: $cut_off: the variables cannot be read as JSON: expected a comma or }, got the end of the text\n", 'values that are no JSON, by their file');
my $wrong = file('wrong.json', '{"type": "object", "properties": {"trip": {"type": "object", "properties": {"city": {"minLength": -1}}}}}');
like((run($letter, '--placeholders', '--schema', $wrong))[1], qr/^voygen render: \Q$wrong\E: the schema of the variable trip\.city cannot be used: "minLength" must be an integer/, 'a schema that is none, by its variable');

# The same kernel in the database
my $db = fresh_database('render_placeholders');
for my $kind (qw(text html markdown json))
{
	my ($same) = $db->selectrow_array('select content from voygen.placeholders_render(?, ?, null, ?, null, null, ?, null)', undef,
		text_of($letter), $kind, text_of($schema), text_of($values));
	is((run($letter, '--placeholders', '--schema', $schema, '--context', $values, '--format', $kind))[0], $same, "$kind: as the database fills it in");
}

done_testing();
