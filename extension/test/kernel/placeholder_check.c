/*
 * placeholder_check.c: the placeholder language by hand-made cases: what comes out, what is said of it, what is refused and where.
 */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocation.h"
#include "kernel/kernel_text.h"
#include "kernel/placeholder.h"

static allocation held;
static kernel_alloc memory;
static placeholder_fault fault;
static placeholder_result result;

static void
begin(void)
{
	held = (allocation){0};
	memory = allocation_of(&held);
}

static void
nothing_left(void)
{
	ck_assert_uint_eq(held.live, 0);
}

/* Renders with everything given; false when it was refused. A result has to be closed. */
static bool
render_all(const char *content, const char *schema, const char *defaults, const char *context, const char *variables,
		   placeholder_kind written, placeholder_kind output)
{
	placeholder_template *template =
		placeholder_open(&memory, kernel_text_of(content), kernel_text_of(schema), kernel_text_of(defaults), &fault);
	const placeholder_request request = {written, output, kernel_text_of(context), kernel_text_of(variables), {0, 0}};
	bool done;

	if (template == NULL)
		return false;
	done = placeholder_render(template, &request, &memory, &result, &fault);
	placeholder_close(template);
	return done;
}

static void
expect_kind(placeholder_kind kind, const char *content, const char *variables, const char *expected)
{
	ck_assert_msg(render_all(content, NULL, NULL, NULL, variables, kind, kind), "%s: %s", content, fault.message);
	ck_assert_msg(kernel_text_is(result.content, expected), "%s with %s\n     gave \"%.*s\"\n expected \"%s\"", content, variables,
				  (int) result.content.length, result.content.bytes, expected);
	placeholder_result_close(&result);
}

static void
expect(const char *content, const char *variables, const char *expected)
{
	expect_kind(PLACEHOLDER_TEXT, content, variables, expected);
}

static void
refuse(const char *content, placeholder_failure failure, unsigned line, unsigned column, const char *words)
{
	ck_assert_msg(!render_all(content, NULL, NULL, NULL, "{\"a\":1,\"s\":\"text\"}", PLACEHOLDER_TEXT, PLACEHOLDER_TEXT), "%s was taken",
				  content);
	ck_assert_msg(fault.failure == failure, "%s: failure %d (%s)", content, fault.failure, fault.message);
	ck_assert_msg(fault.line == line && fault.column == column, "%s: at %u:%u, expected %u:%u (%s)", content, fault.line,
				  fault.column, line,
				  column, fault.message);
	ck_assert_msg(strstr(fault.message, words) != NULL, "%s: says \"%s\"", content, fault.message);
}

static void
expect_list(const char *what, placeholder_list list, const char *expected)
{
	char all[2048] = "";

	for (size_t i = 0; i < list.count; i++)
		snprintf(all + strlen(all), sizeof(all) - strlen(all), "%s%.*s", i > 0 ? "; " : "", (int) list.texts[i].length,
				 list.texts[i].bytes);
	ck_assert_msg(strcmp(all, expected) == 0, "%s: \"%s\", expected \"%s\"", what, all, expected);
}

#define TRIP                                                                                                            \
	"{\"client\":{\"name\":\"Ana O'Brien\",\"tier\":\"vip\"},\"trip\":{\"destination\":{\"city\":\"São Paulo\"},"      \
	"\"travelers\":2,\"nights\":7,\"total\":\"8750\",\"special_occasions\":[\"honeymoon\",\"birthday\"]},"              \
	"\"activities\":[{\"name\":\"Kayak\",\"price\":40},{\"name\":\"Hike\"}],\"active\":true,\"gone\":null,\"none\":[]," \
	"\"day\":\"2025-03-15\",\"clock\":\"08:30\",\"moment\":\"2025-11-02T20:05:09-03:00\",\"length_text\":\"año\"}"

START_TEST(variables_are_put_in)
{
	expect("Dear {client.name}, {trip.destination.city}!", TRIP, "Dear Ana O'Brien, São Paulo!");
	expect("{activities[0].name} {activities[1]['name']} {activities[7].name}.", TRIP, "Kayak Hike .");
	expect("{activities.length} {length_text.length} {trip.special_occasions}", TRIP, "2 3 honeymoon, birthday");
	expect("{ a } {\"a\":1} {} { } } {1} a{", TRIP, "{ a } {\"a\":1} {} { } } {1} a{");
	expect("\\{client.name\\} \\n \\\\{active} $\\{x", TRIP, "{client.name} \\n \\true ${x");
	expect("${trip.total}", TRIP, "$8750");
	expect("{active} {trip.travelers}{gone}{unknown}", TRIP, "true 2");
	expect("", "{}", "");
	expect("{land}", "{\"land\":\"Österreich\"}", "Österreich");
	expect("{größe}", "{\"größe\":1.50}", "1.50");
	expect("{client.name.deeper} {day[0]}", TRIP, " ");
	expect("{x.length}", "{\"x\":{\"length\":\"3 m\"}}", "3 m");
}
END_TEST

START_TEST(defaults_stand_for_what_is_missing)
{
	expect("{agent|'our team'} {agent|World} {agent|our team} {client.name|'x'}", TRIP, "our team World our team Ana O'Brien");
	expect("{tz|'EST'} {hotel.checkin|'3:00 PM'} {hotel.checkin|3:00 PM}", TRIP, "EST 3:00 PM 3:00 PM");
	expect("{gone|'null is missing'} {e|'x'}.", "{\"gone\":null,\"e\":\"\"}", "null is missing .");
	expect("{a|default('x')} {a|default(b)} {a|default}.", "{\"b\":\"B\"}", "x B .");
	expect("{a|'it\\'s'} {a|\"two \\\"words\\\"\\n\"}", "{}", "it's two \"words\"\n");
	expect("{a|$500} {price|currency|'on request'}", "{}", "$500 on request");
	expect("{a||'x'} {b||'x'} {b||c||'y'}", "{\"a\":\"A\"}", "A x y");
	expect("{a|World|upper}", "{}", "WORLD");
}
END_TEST

START_TEST(choices)
{
	expect("{client.tier=='vip'?' VIP client':''}{active?'Online':'Offline'}", TRIP, " VIP clientOnline");
	expect("{trip.travelers==1?'person':'people'}", TRIP, "people");
	expect("{n<=3?'short':n<=7?'week':'long'}", "{\"n\":3}", "short");
	expect("{n<=3?'short':n<=7?'week':'long'}", "{\"n\":7}", "week");
	expect("{n<=3?'short':n<=7?'week':'long'}", "{\"n\":7.01}", "long");
	expect("{a && b ? 'both' : a || b ? 'one' : 'none'}", "{\"a\":1,\"b\":0}", "one");
	expect("{!a?'no':'yes'} {!(a && !b)?'x':'y'}", "{\"a\":true}", "yes y");
	expect("{a>9?'>':'<='} {a>='10'?1:2} {a!=10?1:2} {a<b?1:2}", "{\"a\":\"10\",\"b\":\"9\"}", "> 1 2 2");
	expect("{a<b?1:2} {a==b?1:2} {a>1?1:2} {a==null?1:2} {b!=null?1:2}", "{\"b\":\"x\"}", "2 2 2 1 1");
	expect("{day<'2025-04-01'?'early':'late'}", TRIP, "early");
	expect("{a==1.0?'same':'other'} {t==true?1:2} {l==m?1:2}", "{\"a\":1e0,\"t\":true,\"l\":[1,{\"x\":2}],\"m\":[1.0,{\"x\":2}]}",
		   "same 1 1");
	expect("{none?'some':'empty'} {zero?1:2} {t?1:2} {s?1:2}", "{\"none\":[],\"zero\":0.00,\"t\":\"0\",\"s\":\"\"}", "empty 2 1 2");
	expect("{trip.special_occasions?'• Special Occasion: '+trip.special_occasions[0]:''}", TRIP, "• Special Occasion: honeymoon");
	expect("{'pay by '+day|'MMMM DD, YYYY'}", TRIP, "{'pay by '+day|'MMMM DD, YYYY'}");
	expect("{active?'pay by '+day|'MMMM DD, YYYY':''}", TRIP, "pay by March 15, 2025");
	expect("{(a?'1':'2')+'3'+(b)}", "{\"a\":1,\"b\":-4}", "13-4");
}
END_TEST

START_TEST(filters)
{
	expect("{trip.total|currency} {p|currency('EUR')} {p|currency(c)} {p|currency('EUR','de-DE')}",
		   "{\"trip\":{\"total\":8750},\"p\":\"1234.505\",\"c\":\"JPY\"}",
		   "$8,750.00 €1,234.51 ¥1,235 1.234,51\u00a0€");
	expect("{a|currency}", "{\"a\":0.005}", "$0.01");
	expect("{a|currency}", "{\"a\":-12345678901234567890.125}", "-$12,345,678,901,234,567,890.13");
	expect("{a|comma} {b|comma} {c|comma} {d|comma}", "{\"a\":1250,\"b\":-1234567.50,\"c\":999,\"d\":\"12,50\"}",
		   "1,250 -1,234,567.50 999 12,50");
	expect("{x|join(' / ')} {x|join} {x|first} {x|last} {x|length} {x|reverse|join('')}", "{\"x\":[\"a\",2,\"c\"]}",
		   "a / 2 / c a, 2, c a c 3 c2a");
	expect("{x|list}", "{\"x\":[\"a\",2]}", "- a\n- 2");
	expect("{x|upper} {x|lowercase} {x|title} {y|capitalize}", "{\"x\":\"o'brien über ΑΘΉΝΑ\",\"y\":\"éclair BAR\"}",
		   "O'BRIEN ÜBER ΑΘΉΝΑ o'brien über αθήνα O'brien Über Αθήνα Éclair BAR");
	expect("[{x|trim}] {y|truncate(8)} {y|truncate(10)}", "{\"x\":\" \\n a b \\t\",\"y\":\"añejo bar\"}", "[a b] añejo... añejo bar");
	expect("{x|reverse} {x|length} {x|encode} {x|json} {y|json}", "{\"x\":\"é/ \",\"y\":{\"b\":[1.50,null],\"a\":\"\\\"\"}}",
		   " /é 3 %C3%A9%2F%20 \"é/ \" {\"b\":[1.50,null],\"a\":\"\\\"\"}");
	expect("{x|upper}{x|currency}{x|length}{x|date}.", "{}", ".");
	expect("{x|upper|trim|lower}", "{\"x\":\" A \"}", "a");
}
END_TEST

START_TEST(dates)
{
	expect("{day|'MMMM DD, YYYY'} {day|'MMM DD'} {day|'DD, YYYY'} {day|'MMMM'} {clock|'h:mm A'}", TRIP,
		   "March 15, 2025 Mar 15 15, 2025 March 8:30 AM");
	expect("{moment|'dddd, MMMM Do [at] h:mm a Z'} {moment|'HH:mm:ss D/M/YY'}", TRIP,
		   "Sunday, November 2nd at 8:05 pm -03:00 20:05:09 2/11/25");
	expect("{day|date} {clock|time} {moment|datetime} {day|date('ddd')} {x|time}",
		   "{\"day\":\"2024-02-29\",\"clock\":\"3:30 PM\",\"moment\":\"2025-01-01 00:00\",\"x\":\"12:00 am\"}",
		   "February 29, 2024 3:30 PM January 1, 2025, 12:00 AM Thu 12:00 AM");
	expect("{gone|'MMMM DD, YYYY'}{gone|'MMMM DD'|' to be agreed'}", TRIP, " to be agreed");
	expect("{a|'A'} {b|'A'} {c|'A'}", "{\"a\":\"15:00\",\"b\":\"grade B\"}", "PM grade B A");
	expect("{d|'MMMM D'}", "{\"d\":\"June 15-22 2025\"}", "June 15-22 2025");
	expect("{d|'h:mm A'}", "{\"d\":\"2025-03-15\"}", "2025-03-15");
	expect("{d|'MMMM'}", "{\"d\":\"2025-02-30\"}", "2025-02-30");
	expect("{a|'Do'} {b|'Do'} {c|'Do'} {d|'Do'}", "{\"a\":\"2025-01-11\",\"b\":\"2025-01-21\",\"c\":\"2025-01-03\","
												  "\"d\":\"2025-01-30\"}",
		   "11th 21st 3rd 30th");
}
END_TEST

START_TEST(blocks)
{
	expect("{{#if a}}A{a}{{else}}none{{/if}}.", "{\"a\":1}", "A1.");
	expect("{{#if a}}A{{else}}none{{/if}}.", "{}", "none.");
	expect("{{#if a}}A{{else if b=='x'}}B{{else if c}}C{{else}}D{{/if}}", "{\"b\":\"x\",\"c\":1}", "B");
	expect("{{#if a}}A{{else if b}}B{{else}}D{{/if}}", "{}", "D");
	expect("{{#each activities as x}}{x.name} {x.price|currency|'free'};{{/each}}", TRIP, "Kayak $40.00;Hike free;");
	expect("{{#each none as x}}{x}{{else}}nothing{{/each}}{{#each gone as x}}{x}{{/each}}", TRIP, "nothing");
	expect("{{#each a as x}}{{#each x as y}}{y}{x.length}{{/each}}{{/each}}{x}", "{\"a\":[[1,2],[3]],\"x\":\"X\"}", "1222"
																													"31X");
}
END_TEST

#define HOSTILE "{\"a\":\"<script>alert('x')</script> & O'Brien \\\"24/7\\\"; DROP TABLE users; -- {b} {{#if b}}*x*_y_ \",\"b\":\"B\"}"

START_TEST(values_are_text_and_put_in_once)
{
	expect("{a}|{b}", HOSTILE, "<script>alert('x')</script> & O'Brien \"24/7\"; DROP TABLE users; -- {b} {{#if b}}*x*_y_ |B");
	expect_kind(PLACEHOLDER_HTML, "<p class='{b}'>{a}</p>", HOSTILE,
				"<p class='B'>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; O&#39;Brien &quot;24/7&quot;; DROP TABLE "
				"users; -- {b} {{#if b}}*x*_y_ </p>");
	expect_kind(PLACEHOLDER_MARKDOWN, "*{a}*", HOSTILE,
				"*\\<script>alert('x')\\</script> & O'Brien \"24/7\"; DROP TABLE users; -- {b} {{#if b}}\\*x\\*\\_y\\_ *");
	expect_kind(PLACEHOLDER_JSON, "{\"a\": \"{a}\", \"n\": {n|'null'}}", "{\"a\":\"x\\\"\\n\\\\\"}",
				"{\"a\": \"x\\\"\\u000a\\\\\", \"n\": null}");
	expect("{a}{a|upper}", "{\"a\":\"{b}\\\\{c}\"}", "{b}\\{c}{B}\\{C}");
}
END_TEST

START_TEST(what_the_template_writes_is_markup)
{
	expect_kind(PLACEHOLDER_HTML, "{a?'<b>'+a+'</b>':'&nbsp;'}{b|'<i>none</i>'}", "{\"a\":\"<x>\"}", "<b>&lt;x&gt;</b><i>none</i>");
	expect_kind(PLACEHOLDER_HTML, "{(a+'<i>')|upper}", "{\"a\":\"<x>\"}", "&lt;X&gt;&lt;I&gt;");
	expect_kind(PLACEHOLDER_HTML, "{x|list}", "{\"x\":[\"<a>\",\"b\"]}", "<ul>\n<li>&lt;a&gt;</li>\n<li>b</li>\n</ul>");
	expect_kind(PLACEHOLDER_MARKDOWN, "{x|list}", "{\"x\":[\"*a*\",\"1. b\"]}", "- \\*a\\*\n- 1\\. b");
	expect_kind(PLACEHOLDER_MARKDOWN, "{a}\n{b}", "{\"a\":\"# h\\n> q\\n- l\\n  12) n\\n---\\n===\\n+1 555\\n#5 -5 3.50 a&amp;b "
												  "R&D [l](x)\",\"b\":\"    code\"}",
				"\\# h\n\\> q\n\\- l\n12\\) n\n\\---\n\\===\n+1 555\n#5 -5 3.50 a\\&amp;b R&D \\[l\\](x)\ncode");
	expect_kind(PLACEHOLDER_MARKDOWN, "a{b}c {d}", "{\"b\":\" \",\"d\":\"$4,500.00 O'Brien 24/7\"}", "a c $4,500.00 O'Brien 24/7");
}
END_TEST

static void
expect_as(placeholder_kind written, placeholder_kind output, const char *content, const char *expected)
{
	ck_assert_msg(render_all(content, NULL, NULL, NULL, "{\"a\":\"<x>\\n*y*\"}", written, output), "%s", fault.message);
	ck_assert_msg(kernel_text_is(result.content, expected), "gave \"%.*s\"", (int) result.content.length, result.content.bytes);
	placeholder_result_close(&result);
}

START_TEST(a_text_can_be_had_as_markup)
{
	expect_as(PLACEHOLDER_TEXT, PLACEHOLDER_HTML, "A & B\n{a}{a?'<':''}", "A &amp; B<br>\n&lt;x&gt;<br>\n*y*&lt;");
	expect_as(PLACEHOLDER_TEXT, PLACEHOLDER_MARKDOWN, "# A\n{a}", "\\# A  \n\\<x>  \n\\*y\\*");
	expect_as(PLACEHOLDER_MARKDOWN, PLACEHOLDER_TEXT, "# {a}", "# <x>\n*y*");
	ck_assert(!render_all("a", NULL, NULL, NULL, NULL, PLACEHOLDER_HTML, PLACEHOLDER_TEXT));
	ck_assert_int_eq(fault.failure, PLACEHOLDER_FORMAT);
}
END_TEST

/* ---- variables ---- */

#define LETTER "{name} {price} {tier} {trip.city} {trip.country} {day} {mail} {tel} {at} {tags}"
#define GIVEN "\"name\":\"N\",\"trip.country\":\"PE\""

/* The same rules in both shapes; only the first is closed. */
static const char *const shapes[] = {
	"{\"type\":\"object\",\"properties\":{"
	"\"name\":{\"type\":\"string\",\"minLength\":1},"
	"\"price\":{\"type\":\"number\",\"minimum\":0,\"default\":5},"
	"\"day\":{\"type\":\"date\"},"
	"\"mail\":{\"type\":\"string\",\"format\":\"email\"},"
	"\"tel\":{\"type\":\"string\",\"format\":\"phone\"},"
	"\"tier\":{\"type\":\"string\",\"enum\":[\"vip\",\"standard\"],\"default\":\"standard\"},"
	"\"at\":{\"type\":\"string\",\"format\":\"time\"},"
	"\"trip.city\":{\"type\":\"string\",\"default\":\"Lima\"},"
	"\"trip.country\":{\"type\":\"string\"},"
	"\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}},"
	"\"required\":[\"name\",\"trip.country\"],\"additionalProperties\":false}",
	"{\"name\":{\"type\":\"string\",\"required\":true,\"min\":1},"
	"\"price\":{\"type\":\"number\",\"min\":0,\"default\":5},"
	"\"day\":{\"type\":\"date\"},"
	"\"mail\":{\"type\":\"string\",\"format\":\"email\"},"
	"\"tel\":{\"type\":\"string\",\"format\":\"phone\"},"
	"\"tier\":{\"type\":\"string\",\"enum\":[\"vip\",\"standard\"],\"default\":\"standard\"},"
	"\"at\":{\"type\":\"string\",\"format\":\"time\"},"
	"\"trip.city\":{\"type\":\"string\",\"default\":\"Lima\"},"
	"\"trip.country\":{\"type\":\"string\",\"required\":true},"
	"\"tags\":{\"type\":\"array\",\"items\":{\"type\":\"string\"}}}",
};

static void
refuse_value(const char *schema, const char *variables, placeholder_failure failure, const char *path, const char *message,
			 const char *expected)
{
	ck_assert_msg(!render_all(LETTER, schema, NULL, NULL, variables, PLACEHOLDER_TEXT, PLACEHOLDER_TEXT), "%s was taken", variables);
	ck_assert_msg(fault.failure == failure, "%s: failure %d (%s)", variables, fault.failure, fault.message);
	ck_assert_msg(strcmp(fault.path, path) == 0, "%s: path %s", variables, fault.path);
	ck_assert_msg(strstr(fault.message, message) != NULL, "%s: says \"%s\"", variables, fault.message);
	ck_assert_msg(strstr(fault.expected, expected) != NULL, "%s: expects \"%s\"", variables, fault.expected);
	ck_assert_int_ne(fault.got[0], '\0');
}

START_TEST(schemas_of_both_shapes_check_alike)
{
	const char *schema = shapes[_i];

	ck_assert_msg(render_all(LETTER, schema, NULL, NULL, "{" GIVEN ",\"tel\":\"\"}", PLACEHOLDER_TEXT, PLACEHOLDER_TEXT),
				  "%s: %s, %s", fault.message, fault.path, fault.expected);
	ck_assert_msg(kernel_text_is(result.content, "N 5 standard Lima PE     "), "\"%.*s\"", (int) result.content.length,
				  result.content.bytes);
	expect_list("used", result.used, "name; price; tier; trip.city; trip.country; tel");
	expect_list("defaulted", result.defaulted, "price; tier; trip.city");
	placeholder_result_close(&result);
	ck_assert_msg(render_all("{trip.city} {trip.country} {price}", schema,
							 "{\"trip\":{\"city\":\"A\",\"country\":\"B\"},\"price\":\"7\",\"name\":\"D\"}",
							 "{\"trip\":{\"country\":\"C\"},\"name\":\"E\",\"other\":1}", "{\"trip.city\":\"F\",\"name\":null}",
							 PLACEHOLDER_TEXT, PLACEHOLDER_TEXT),
				  "%s %s", fault.message, fault.path);
	ck_assert(kernel_text_is(result.content, "F C 7"));
	expect_list("defaulted", result.defaulted, "price");
	placeholder_result_close(&result);
	refuse_value(schema, "{}", PLACEHOLDER_MISSING, "/name", "name, trip.country", "name, trip.country");
	refuse_value(schema, "{\"name\":null,\"trip\":{\"country\":\"PE\"}}", PLACEHOLDER_MISSING, "/name",
				 "a variable is missing: name", "name");
	refuse_value(schema, "{" GIVEN ",\"price\":\"cheap\"}", PLACEHOLDER_INVALID, "/price", "price", "number");
	refuse_value(schema, "{" GIVEN ",\"price\":-1}", PLACEHOLDER_INVALID, "/price", "price", "0");
	refuse_value(schema, "{" GIVEN ",\"tier\":\"gold\"}", PLACEHOLDER_INVALID, "/tier", "tier", "\"vip\", \"standard\"");
	refuse_value(schema, "{" GIVEN ",\"mail\":\"a@\"}", PLACEHOLDER_INVALID, "/mail", "mail", "e-mail");
	refuse_value(schema, "{" GIVEN ",\"tel\":\"call me\"}", PLACEHOLDER_INVALID, "/tel", "tel", "telephone");
	refuse_value(schema, "{" GIVEN ",\"day\":\"March 15\"}", PLACEHOLDER_INVALID, "/day", "day", "YYYY-MM-DD");
	refuse_value(schema, "{" GIVEN ",\"at\":\"25:00\"}", PLACEHOLDER_INVALID, "/at", "at", "15:30");
	refuse_value(schema, "{\"name\":\"\",\"trip.country\":\"PE\"}", PLACEHOLDER_INVALID, "/name", "name", "1");
	refuse_value(schema, "{" GIVEN ",\"tags\":[\"a\",2]}", PLACEHOLDER_INVALID, "/tags/1", "tags.1", "text");
	refuse_value(schema, "{\"name\":\"N\",\"trip\":\"PE\"}", PLACEHOLDER_INVALID, "/trip", "trip", "object");
	refuse_value(schema, "[1]", PLACEHOLDER_INVALID, "", "the variables must be an object", "object");
	refuse_value(schema, "{\"a\":", PLACEHOLDER_INVALID, "/a", "the variables cannot be read", "");
}
END_TEST

START_TEST(items_of_lists_are_checked)
{
	static const char schema[] =
		"{\"flights\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"day\":{\"type\":\"date\"},"
		"\"at\":{\"type\":\"string\",\"format\":\"time\"}},\"required\":[\"day\"]}}}";

	ck_assert_msg(render_all("{flights[0].day|'D MMM'}", schema, NULL, NULL, "{\"flights\":[{\"day\":\"2025-03-15\"}]}", PLACEHOLDER_TEXT,
							 PLACEHOLDER_TEXT),
				  "%s", fault.message);
	ck_assert(kernel_text_is(result.content, "15 Mar"));
	placeholder_result_close(&result);
	refuse_value(schema, "{\"flights\":[{\"day\":\"2025-03-15\"},{\"day\":\"soon\"}]}", PLACEHOLDER_INVALID,
				 "/flights/1/day", "flights.1.day",
				 "YYYY-MM-DD");
	refuse_value(schema, "{\"flights\":[{\"day\":\"2025-03-15\",\"at\":\"late\"}]}", PLACEHOLDER_INVALID, "/flights/0/at", "flights.0.at",
				 "15:30");
	refuse_value(schema, "{\"flights\":[{}]}", PLACEHOLDER_INVALID, "/flights/0/day", "flights.0.day", "");
}
END_TEST

/* What is only named as required may be anything, but must be there. */
START_TEST(a_name_without_a_definition_is_anything)
{
	static const char schema[] = "{\"required\":[\"a\",\"b.c\"],\"properties\":{}}";

	ck_assert_msg(render_all("{a} {b.c}", schema, NULL, NULL, "{\"a\":\"x\",\"b\":{\"c\":1}}", PLACEHOLDER_TEXT, PLACEHOLDER_TEXT), "%s %s",
				  fault.message, fault.path);
	placeholder_result_close(&result);
	refuse_value(schema, "{\"b\":{}}", PLACEHOLDER_MISSING, "/a", "a, b.c", "a, b.c");
}
END_TEST

START_TEST(what_a_closed_schema_does_not_know_is_refused)
{
	refuse_value(shapes[0], "{" GIVEN ",\"nmae\":1}", PLACEHOLDER_UNKNOWN, "/nmae", "there is no variable nmae", "");
	ck_assert(render_all(LETTER, shapes[1], NULL, NULL, "{" GIVEN ",\"nmae\":1}", PLACEHOLDER_TEXT, PLACEHOLDER_TEXT));
	placeholder_result_close(&result);
}
END_TEST

START_TEST(formats_of_variables)
{
	static const struct
	{
		const char *format;
		const char *value;
		bool fits;
	} cases[] = {
		{"phone", "+1 (555) 010-0200", true},
		{"phone", "555 0100", true},
		{"phone", "+44 20 7946 0958 ext. 12", true},
		{"phone", "12345", false},
		{"phone", "1234567890123456", false},
		{"phone", "555-0100 x", false},
		{"currency", "$8,750.00", true},
		{"currency", "EUR 1200", true},
		{"currency", "1200.5", true},
		{"currency", "cheap", false},
		{"currency", "1.2.3", false},
		{"currency", "1,2 per person", false},
		{"date-iso", "2025-03-15", true},
		{"date-iso", "2025-03-15T10:00Z", false},
		{"date-iso", "2025-02-29", false},
		{"date", "2025-03-15T10:00:00Z", true},
		{"date", "15.03.2025", false},
		{"date", "10:00", false},
		{"time", "08:30", true},
		{"time", "8:30 pm", true},
		{"time", "8:30:15", true},
		{"time", "13:00 PM", false},
		{"time", "24:00", false},
		{"time", "2025-03-15", false},
		{"email", "a.b+c@example.com", true},
		{"email", "a b@example.com", false},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
	{
		char schema[200];
		char variables[100];

		snprintf(schema, sizeof(schema), "{\"properties\":{\"v\":{\"type\":\"string\",\"format\":\"%s\"}}}", cases[i].format);
		snprintf(variables, sizeof(variables), "{\"v\":\"%s\"}", cases[i].value);
		ck_assert_msg(render_all("{v}", schema, NULL, NULL, variables, PLACEHOLDER_TEXT, PLACEHOLDER_TEXT) == cases[i].fits, "%s as %s",
					  cases[i].value, cases[i].format);
		if (cases[i].fits)
			placeholder_result_close(&result);
		else
			ck_assert_int_eq(fault.failure, PLACEHOLDER_INVALID);
	}
}
END_TEST

START_TEST(template_and_schema_are_compared)
{
	placeholder_template *template = placeholder_open(
		&memory,
		kernel_text_of("{name} {trip.city} {trip.zip} {tags[0]} {{#each hotels as "
					   "h}}{h.name}{other.part}{{/each}}{price|World}{tags.length}"),
		kernel_text_of(shapes[0]), (kernel_text){NULL, 0}, &fault);

	ck_assert_msg(template != NULL, "%s", fault.message);
	expect_list("used", placeholder_used(template), "name; trip.city; trip.zip; tags; hotels; other.part; price");
	expect_list("undefined", placeholder_undefined(template), "trip.zip; hotels; other.part");
	expect_list("unused", placeholder_unused(template), "day; mail; tel; tier; at; trip.country");
	expect_list("remarks", placeholder_remarks(template), "line 1, column 98: World is no filter and is taken as the default "
														  "'World'; put a default in quotes");
	placeholder_close(template);
}
END_TEST

START_TEST(warnings)
{
	ck_assert(render_all("{a}{b|upper}{c?'x':''}{{#if d}}{{/if}}{'x'+1}{a+'x'}{e|'MMMM'}{f|'x'}\n{o}", NULL, NULL, NULL,
						 "{\"e\":\"soon\",\"o\":{\"p\":1}}",
						 PLACEHOLDER_TEXT, PLACEHOLDER_TEXT));
	ck_assert_msg(kernel_text_is(result.content, "{'x'+1}xsoonx\n{\"p\":1}"), "\"%.*s\"", (int) result.content.length,
				  result.content.bytes);
	expect_list("warnings", result.warnings,
				"line 1, column 2: a has no value, nothing stands in its place; line 1, column 5: b has no value, nothing stands "
				"in its place; "
				"line 1, column 47: a has no value, nothing stands in its place; line 1, column 56: soon stands as it is: it is "
				"no date or time; "
				"line 2, column 2: an object is printed as JSON; name one of its parts");
	expect_list("used", result.used, "e; o");
	expect_list("defaulted", result.defaulted, "f");
	placeholder_result_close(&result);
}
END_TEST

/* ---- what is refused ---- */

START_TEST(errors_say_where)
{
	refuse("Hello\n  {name", PLACEHOLDER_SYNTAX, 2, 3, "not closed by }");
	refuse("ä{a b}", PLACEHOLDER_SYNTAX, 1, 5, "expected } or an operator");
	refuse("{a?'x'}", PLACEHOLDER_SYNTAX, 1, 7, "expected :");
	refuse("{a|'x}", PLACEHOLDER_SYNTAX, 1, 4, "not closed by '");
	refuse("{a|'\\x'}", PLACEHOLDER_SYNTAX, 1, 5, "backslash");
	refuse("{a=='x'?a|World:a}", PLACEHOLDER_SYNTAX, 1, 11, "filters are currency");
	refuse("{a|uper(1)}", PLACEHOLDER_SYNTAX, 1, 4, "no filter uper");
	refuse("{a|upper(1)}", PLACEHOLDER_SYNTAX, 1, 10, "no more arguments");
	refuse("{a|list|upper}", PLACEHOLDER_SYNTAX, 1, 9, "nothing follows");
	refuse("{a=1}", PLACEHOLDER_SYNTAX, 1, 3, "==");
	refuse("{a===1?1:2}", PLACEHOLDER_SYNTAX, 1, 3, "==");
	refuse("{x.map(y)}", PLACEHOLDER_SYNTAX, 1, 2, "no functions");
	refuse("{x[y]}", PLACEHOLDER_SYNTAX, 1, 4, "place of an item");
	refuse("{x[1}", PLACEHOLDER_SYNTAX, 1, 5, "expected ]");
	refuse("{x.}", PLACEHOLDER_SYNTAX, 1, 4, "name behind the point");
	refuse("{(a}", PLACEHOLDER_SYNTAX, 1, 4, "expected )");
	refuse("{a==01?1:2}", PLACEHOLDER_SYNTAX, 1, 5, "no number");
	refuse("{{name}}", PLACEHOLDER_SYNTAX, 1, 1, "two braces");
	refuse("a\n{{#if a}}\nb", PLACEHOLDER_SYNTAX, 2, 1, "not closed by {{/if}}");
	refuse("{{#if a}}{{/each}}", PLACEHOLDER_SYNTAX, 1, 10, "expected {{/if}}");
	refuse("{{#each a as b}}x", PLACEHOLDER_SYNTAX, 1, 1, "not closed by {{/each}}");
	refuse("{{#each a}}x{{/each}}", PLACEHOLDER_SYNTAX, 1, 10, "as");
	refuse("x{{/if}}", PLACEHOLDER_SYNTAX, 1, 2, "no block here");
	refuse("x{{else}}", PLACEHOLDER_SYNTAX, 1, 2, "no block here");
	refuse("{{#each s as b}}x{{/each}}", PLACEHOLDER_RUNNING, 1, 9, "goes over a list, and this is text");
	refuse("{a+2}", PLACEHOLDER_RUNNING, 1, 3, "the numbers 1 and 2");
	refuse("{s|truncate('x')}", PLACEHOLDER_RUNNING, 1, 4, "whole number");
	refuse("{s|date('never')}", PLACEHOLDER_RUNNING, 1, 4, "no format");
	refuse("{a|currency('USD','xx')}", PLACEHOLDER_RUNNING, 1, 4, "locale xx");
	refuse("Hello\n  {name", PLACEHOLDER_SYNTAX, 2, 3, "");
	ck_assert_str_eq(fault.excerpt, "  {name");
}
END_TEST

START_TEST(a_schema_that_is_none_is_refused)
{
	ck_assert(!render_all("{a}", "{\"properties\":{\"a\":{\"type\":\"strin\"}}}", NULL, NULL, "{}", PLACEHOLDER_TEXT, PLACEHOLDER_TEXT));
	ck_assert_int_eq(fault.failure, PLACEHOLDER_SCHEMA);
	ck_assert(!render_all("{a}", "[]", NULL, NULL, "{}", PLACEHOLDER_TEXT, PLACEHOLDER_TEXT));
	ck_assert_int_eq(fault.failure, PLACEHOLDER_SCHEMA);
	ck_assert(!render_all("{a}", NULL, "[]", NULL, "{}", PLACEHOLDER_TEXT, PLACEHOLDER_TEXT));
	ck_assert_int_eq(fault.source, PLACEHOLDER_OF_DEFAULTS);
}
END_TEST

/* So many times one text and, behind it, another. */
static char *
repeated(size_t times, const char *piece, const char *end)
{
	size_t length = strlen(piece);
	char *text = malloc(times * length + strlen(end) + 1);

	ck_assert_ptr_nonnull(text);
	for (size_t i = 0; i < times; i++)
		memcpy(text + i * length, piece, length);
	strcpy(text + times * length, end);
	return text;
}

static void
refuse_long(size_t times, const char *piece, const char *end, placeholder_failure failure)
{
	char *text = repeated(times, piece, end);

	ck_assert(!render_all(text, NULL, NULL, NULL, "{\"l\":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"
												  "\"t\":\"tttttttttttttttttttttttttttttt\"}",
						  PLACEHOLDER_TEXT, PLACEHOLDER_TEXT));
	ck_assert_msg(fault.failure == failure, "%s…: failure %d (%s)", piece, fault.failure, fault.message);
	free(text);
}

START_TEST(limits_have_errors_of_their_own)
{
	refuse_long(40, "{{#if l}}", "", PLACEHOLDER_NESTING);
	refuse_long(1, "{!", "!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!a}", PLACEHOLDER_NESTING);
	refuse_long(80, "{a?(", "", PLACEHOLDER_SYNTAX);
	refuse_long(5, "{{#each l as x}}", "{x}{{/each}}{{/each}}{{/each}}{{/each}}{{/each}}", PLACEHOLDER_STEPS);
	refuse_long(40000, "{t}", "", PLACEHOLDER_OUTPUT);
}
END_TEST

/* Objects of so many variables within each other, each with so many. */
static char *
many_variables(size_t objects, size_t each)
{
	char *text = malloc(objects * (each * 12 + 16) + 16);
	size_t length = 0;

	ck_assert_ptr_nonnull(text);
	text[length++] = '{';
	for (size_t i = 0; i < objects; i++)
	{
		length += (size_t) sprintf(text + length, "%s\"o%zu\":{", i > 0 ? "," : "", i);
		for (size_t k = 0; k < each; k++)
			length += (size_t) sprintf(text + length, "%s\"v%zu\":%zu", k > 0 ? "," : "", k, k % 10);
		text[length++] = '}';
	}
	strcpy(text + length, "}");
	return text;
}

static void
refuse_many(size_t objects, size_t each, bool fits)
{
	char *variables = many_variables(objects, each);

	ck_assert(render_all("{o0.v9}", NULL, NULL, NULL, variables, PLACEHOLDER_TEXT, PLACEHOLDER_TEXT) == fits);
	if (fits)
	{
		ck_assert(kernel_text_is(result.content, "9"));
		placeholder_result_close(&result);
	}
	else
		ck_assert_msg(strstr(fault.message, "more than 10000 variables, or 1000 of one object") != NULL, "%s", fault.message);
	free(variables);
}

static void
refuse_many_declared(void)
{
	char *properties = many_variables(1, 1001);
	char *schema = malloc(strlen(properties) + 40);

	ck_assert_ptr_nonnull(schema);
	sprintf(schema, "{\"properties\":%s}", strchr(properties + 1, '{'));
	schema[strlen(schema) - 1] = '\0'; /* the one brace too many */
	ck_assert(!render_all("{a}", schema, NULL, NULL, "{}", PLACEHOLDER_TEXT, PLACEHOLDER_TEXT));
	ck_assert_int_eq(fault.failure, PLACEHOLDER_SCHEMA);
	ck_assert_msg(strstr(fault.message, "more than 1000 variables") != NULL, "%s", fault.message);
	free(schema);
	free(properties);
}

START_TEST(variables_are_not_without_number)
{
	refuse_many(9, 1000, true);
	refuse_many(1, 1001, false);
	refuse_many(10, 1000, false);
	refuse_many(1001, 1, false);
	refuse_many_declared();
}
END_TEST

/* Every allocation refused once: told as such, nothing lost, nothing half done. */
START_TEST(memory_that_runs_out_is_told)
{
	static const char content[] = "{name|upper} {trip.city+x|'MMM'} {{#each tags as "
								  "t}}{t|json}{{else}}-{{/each}}{tags|list}{price|currency}{no}{b|World}{tags|reverse|join('/')}{trip}";
	static const char variables[] = "{" GIVEN ",\"tags\":[\"a\",\"b\"],\"day\":\"2025-03-15\",\"a1\":1,\"a2\":1,\"a3\":1,\"a4\":1,"
									"\"a5\":1,\"a6\":1}";
	size_t refused = 0;

	for (;;)
	{
		held = (allocation){.refuse = ++refused};
		if (render_all(content, shapes[1], "{\"x\":\"2025-01-01\"}", "{\"y\":1}", variables, PLACEHOLDER_HTML, PLACEHOLDER_HTML))
			break;
		ck_assert_msg(fault.failure == PLACEHOLDER_NO_MEMORY ||
						  (fault.failure == PLACEHOLDER_STEPS && fault.source == PLACEHOLDER_OF_SCHEMA),
					  "request %zu: %s", refused, fault.message);
		nothing_left();
	}
	ck_assert_msg(refused > 100 && held.requests < refused, "%zu requests", refused);
	placeholder_result_close(&result);
}
END_TEST

int
main(void)
{
	Suite *suite = suite_create("placeholder");
	TCase *cases = tcase_create("placeholder");
	SRunner *runner;
	int failed;

	tcase_add_checked_fixture(cases, begin, nothing_left);
	tcase_add_test(cases, variables_are_put_in);
	tcase_add_test(cases, defaults_stand_for_what_is_missing);
	tcase_add_test(cases, choices);
	tcase_add_test(cases, filters);
	tcase_add_test(cases, dates);
	tcase_add_test(cases, blocks);
	tcase_add_test(cases, values_are_text_and_put_in_once);
	tcase_add_test(cases, what_the_template_writes_is_markup);
	tcase_add_test(cases, a_text_can_be_had_as_markup);
	tcase_add_loop_test(cases, schemas_of_both_shapes_check_alike, 0, 2);
	tcase_add_test(cases, items_of_lists_are_checked);
	tcase_add_test(cases, a_name_without_a_definition_is_anything);
	tcase_add_test(cases, what_a_closed_schema_does_not_know_is_refused);
	tcase_add_test(cases, formats_of_variables);
	tcase_add_test(cases, template_and_schema_are_compared);
	tcase_add_test(cases, warnings);
	tcase_add_test(cases, errors_say_where);
	tcase_add_test(cases, a_schema_that_is_none_is_refused);
	tcase_add_test(cases, limits_have_errors_of_their_own);
	tcase_add_test(cases, variables_are_not_without_number);
	tcase_add_test(cases, memory_that_runs_out_is_told);
	suite_add_tcase(suite, cases);
	runner = srunner_create(suite);
	srunner_run_all(runner, CK_NORMAL);
	failed = srunner_ntests_failed(runner);
	srunner_free(runner);
	return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
