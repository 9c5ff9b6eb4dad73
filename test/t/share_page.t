# The page of a link as a browser shows it, on a telephone and on a desktop: nothing runs over, the document and its pictures are
# there, what is to be pressed can be, and a client who accepts and asks does so without a script. SHARE_SHOTS=FOLDER keeps pictures
# to be looked at.
use strict;
use warnings;
use utf8;
use Digest::SHA qw(sha256_hex);
use Test::More;
use Chromium;
use ShareTest;
use VoygenTest qw(checkout);

binmode Test::More->builder->$_, ':utf8' for qw(output failure_output todo_output);
my $share = ShareTest->new('share_page', plain => 1);
my $browser = Chromium->new(reach => '127.0.0.1');
my $base = "http://127.0.0.1:$share->{gateway}{port}";
my %screen = (telephone => { width => 360, height => 740 }, desktop => { width => 1280, height => 900 });

# A picture that is one: made here, so that a browser draws it.
sub jpeg
{
	my $path = "/tmp/share_page.$$.jpg";
	system('vips', 'black', $path, 60, 40) == 0 or die "vips: $?\n";
	open my $file, '<:raw', $path or die "$path: $!\n";
	local $/;
	my $bytes = readline $file;
	unlink $path;
	return $bytes;
}

sub look
{
	my ($page, $name) = @_;
	$page->screenshot("$ENV{SHARE_SHOTS}/$name.png") if $ENV{SHARE_SHOTS};
	return;
}

my $jpeg = jpeg();
my $html = "<!DOCTYPE html><html lang=en><head><meta charset=utf-8><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\"><title>Trip</title><style>h1 { color: rgb(1, 2, 3) }</style><body><h1>A week</h1><script>top.taken = 1</script><form action=/p/x><button>x</button></form><img id=photo alt=x src=\"images/" . sha256_hex($jpeg) . '.jpg" onerror="top.taken=1">' . '<p>A line of the proposal' x 120;
my $long = 'Donaudampfschifffahrtsgesellschaftskapitänswitwenrentenbescheinigung <script>top.taken=1</script> 東京';

for my $name (sort keys %screen)
{
	subtest $name => sub {
		my $offer = $share->offer(options => [ 'Classic', $long ], title => $long, html => $html, picture => $jpeg);
		my $key = $share->link($offer->{id});
		my $page = $browser->page(%{ $screen{$name} });
		$page->command('Network.setUserAgentOverride', { userAgent => $ShareTest::READER });
		$page->go("$base/p/$key");
		look($page, "$name-1-page");
		is($share->views($offer->{id}), 1, 'a reader is counted once');
		is($page->value('document.documentElement.scrollWidth'), $screen{$name}{width}, 'nothing runs over the side');
		is($page->value('document.querySelector("iframe").contentDocument.querySelector("h1").textContent'), 'A week', 'the document is in its frame');
		is($page->value('getComputedStyle(document.querySelector("iframe").contentDocument.querySelector("h1")).color'), 'rgb(1, 2, 3)', '... with its style');
		is($page->value('document.querySelector("iframe").contentDocument.getElementById("photo").naturalWidth'), 60, '... and its picture');
		is($page->value('window.taken'), undef, '... and none of its scripts');
		is($page->value('getComputedStyle(document.querySelector(".bar")).position'), 'sticky', 'the page has its own style');
		my $peek = $page->value('document.getElementById("answer").getBoundingClientRect().top < innerHeight - 20');
		ok($peek, 'that there is more below the document can be seen');
		my $small = $page->value('[...document.querySelectorAll("a, button, label.choice, summary")].filter(e => e.getClientRects().length && e.getBoundingClientRect().height < 24).length');
		is($small, 0, 'what is to be pressed is large enough for a finger (WCAG 2.2, 2.5.8)');
		my ($bar) = $page->value('(() => { const b = document.querySelector(".bar nav").getBoundingClientRect(); return b.right <= innerWidth && b.left >= 0 })()');
		ok($bar, 'the bar has its buttons on the screen');
		$page->value('document.getElementById("answer").scrollIntoView()');
		look($page, "$name-2-answer");
		my $top = $page->value('document.getElementById("answer").getBoundingClientRect().top');
		cmp_ok($top, '>=', 56, 'a step to the answer does not put it behind the bar');

		$page->value('void document.querySelectorAll("form").forEach(f => f.querySelectorAll("[name=name]").forEach(i => i.value = "Ann <b>"))');
		$page->value('document.querySelector("#ask-question").value = "One?\nTwo?"');
		$page->click('#question button');
		like($page->value('document.querySelector("[role=status]").textContent'), qr/on its way/, 'a question is asked by its form');
		look($page, "$name-3-asked");
		is($share->db->selectrow_array('select question from voygen.client_questions where proposal_id = ?', undef, $offer->{id}), "One?\nTwo?", '... and stored as it was written');
		ok(!$page->value('document.querySelector("form[action$=decision]").checkValidity()'), 'an acceptance without name and option is held back by the browser');
		$page->value('void (document.querySelector("#accept-name").value = "Ann <b>", document.querySelectorAll("[name=option]")[1].checked = true)');
		$page->click('button[value=accepted]');
		is($page->value('location.pathname + location.search + location.hash'), "/p/$key?decided#answer", 'accepting leads back to the page');
		like($page->value('document.querySelector("[role=status]").textContent'), qr/Ann <b> accepted this proposal with the option \Q$long\E/, '... which says so');
		$page->value('document.getElementById("answer").scrollIntoView()');
		look($page, "$name-4-accepted");
		is_deeply([ $share->db->selectrow_array("select name, option, encode(version_digest, 'hex') from voygen.proposal_decisions where proposal_id = ?", undef, $offer->{id}) ], [ 'Ann <b>', $long, $offer->{digest} ], '... and is stored');
		is($share->views($offer->{id}), 1, 'all of that was one view');
		is_deeply([ grep { !m{^(\Q$base\E/p/\Q$key\E|about:)} } $page->requests ], [], 'nothing else was asked for');
		$page->go("$base/p/none");
		look($page, "$name-5-none");
		is($page->value('document.querySelector("h1").textContent'), 'There is nothing here', 'a link that is none is told so');
		is($page->value('document.documentElement.scrollWidth'), $screen{$name}{width}, '... in a page that fits');
	};
}

# A page of somebody else, who has got hold of the address
subtest 'a page of somebody else' => sub {
	my $offer = $share->offer;
	my $key = $share->link($offer->{id});
	my $page = $browser->page;
	$page->content(qq{<iframe id=frame src="$base/p/$key"></iframe><form method=post action="$base/p/$key/decision"><input name=decision value=accepted><input name=name value=Eve><input name=version value="$offer->{digest}"><button>x</button></form>});
	$page->click('button');
	is($page->value('document.querySelector("h1").textContent'), 'Not from here', 'cannot send the form');
	is($share->status_of($offer->{id}), 'sent', '... nor decides anything');
};

is($share->gateway->stop, 'exit 0', 'SIGTERM ends it');
done_testing();
