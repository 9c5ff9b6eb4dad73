/*
 * pdf.c - `voygen pdf`: prints an HTML document to a PDF.
 */
#include "browser/pdf.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "browser/deadline.h"
#include "browser/folder.h"
#include "cli/command.h"
#include "cli/options.h"
#include "text/read.h"
#include "text/write.h"

#define MOST_SECONDS 600
#define MOST_REPEATS 10000

/* The command line, read. */
struct order
{
	const char *in;
	const char *out;
	const char *resources;
	const char *date;
	const char *program;
	long seconds;
	long repeat;
	bool verbose;
	struct pdf_document document;
};

/* YYYY-MM-DD as YYYYMMDD; false when there is no such day. */
static bool
read_date(struct arena *arena, const char *text, const char **date)
{
	struct tm day = {0};
	struct tm same;
	time_t moment;

	if (strlen(text) != 10 || strspn(text, "0123456789-") != 10 ||
		sscanf(text, "%4d-%2d-%2d", &day.tm_year, &day.tm_mon, &day.tm_mday) != 3)
		return false;
	day.tm_year -= 1900;
	day.tm_mon -= 1;
	/* timegm makes the third of March of the 31st of February. */
	same = day;
	moment = timegm(&same);
	if (moment == (time_t) -1)
		return false;
	*date = arena_format(arena, "%.4s%.2s%.2s", text, text + 5, text + 8);
	return text[4] == '-' && text[7] == '-' && same.tm_year == day.tm_year && same.tm_mon == day.tm_mon && same.tm_mday == day.tm_mday;
}

static bool
read_number(const char *text, long most, long *number)
{
	char *end;

	*number = strtol(text, &end, 10);
	return end != text && *end == '\0' && *number >= 1 && *number <= most;
}

static void
tell_result(const struct order *order, const struct pdf_result *result, const struct pdf_printer *printer)
{
	fprintf(stderr, "voygen pdf: %s: %zu bytes, %zu resources, %d ms", order->out, result->pdf.length, result->resources, result->whole_ms);
	if (order->verbose)
		fprintf(stderr, " (loaded in %d ms, printed in %d ms; the browser has %zu MB)", result->load_ms, result->print_ms,
				pdf_memory(printer) >> 20);
	fputc('\n', stderr);
	if (result->lost > 0)
		fputs("voygen pdf: the browser went away meanwhile; this is from another one\n", stderr);
	if (!result->info_set)
		fputs("voygen pdf: the date and the name of the maker in it are those the browser wrote\n", stderr);
	for (size_t i = 0; i < result->missed && i < ORIGIN_MISSES; i++)
		fprintf(stderr, "voygen pdf: missing: %s (%s)\n", result->misses[i].address, result->misses[i].why);
	if (result->missed > ORIGIN_MISSES)
		fprintf(stderr, "voygen pdf: missing: %zu more\n", result->missed - ORIGIN_MISSES);
}

static bool
start_browser(struct pdf_printer *printer, struct arena *arena, const struct order *order, struct failure *failure)
{
	int64_t begun = deadline_now();

	if (!pdf_ready(printer, arena, failure))
		return false;
	if (order->verbose)
		fprintf(stderr, "voygen pdf: the browser is ready after %" PRId64 " ms: %s\n", deadline_now() - begun,
				isolation_text(arena, pdf_isolation(printer)));
	return true;
}

/* Prints it as often as asked, each time anew, with one browser; the last one stays. */
static bool
print_all(struct session *session, const struct order *order, struct failure *failure)
{
	struct pdf_settings settings = {.browser = {.program = order->program}, .limits = pdf_limits_usual};
	struct pdf_printer *printer;
	struct arena arena;
	bool done;

	settings.limits.deadline_ms = (int) order->seconds * 1000;
	printer = pdf_open(session->arena, &settings);
	arena_open(&arena, session->arena->fail);
	done = pdf_check(printer, session->arena, &order->document, failure) && start_browser(printer, session->arena, order, failure);
	for (long i = 0; done && i < order->repeat; i++)
	{
		struct pdf_result result;

		arena_reset(&arena);
		/* Between two documents, where a service has time. */
		done = (i == 0 || pdf_ready(printer, session->arena, failure)) && pdf_print(printer, &arena, &order->document, &result, failure);
		if (!done)
			break;
		done = write_file(session->arena, order->out, (struct slice){result.pdf.at, result.pdf.length}, failure);
		if (done)
			tell_result(order, &result, printer);
		pdf_result_free(&result);
	}
	if (!done)
		failure->message = arena_string(session->arena, failure->message);
	arena_close(&arena);
	pdf_close(printer);
	return done;
}

static bool
print_document(struct session *session, struct order *order, struct failure *failure)
{
	struct folder folder = {-1};
	struct text text;
	bool done;

	if (!read_text(session->arena, strcmp(order->in, "-") == 0 ? NULL : order->in, &text, failure))
		return false;
	order->document.html = (struct slice){text.bytes, text.length};
	if (order->resources != NULL)
	{
		if (!folder_open(session->arena, &folder, order->resources, failure))
			return false;
		order->document.find = folder_find;
		order->document.find_context = &folder;
	}
	done = print_all(session, order, failure);
	folder_close(&folder);
	return done;
}

static enum command_status
run_pdf(const struct command *self, struct session *session, int argc, char **argv)
{
	struct order order = {0};
	const char *words[2] = {NULL, NULL};
	const char *seconds = "20";
	const char *repeat = "1";
	bool draft = false;
	const struct option_value options[] = {
		{"--draft", NULL, &draft},
		{"--date", &order.date, NULL},
		{"--title", &order.document.title, NULL},
		{"--header", &order.document.header, NULL},
		{"--footer", &order.document.footer, NULL},
		{"--resources", &order.resources, NULL},
		{"--browser", &order.program, NULL},
		{"--timeout", &seconds, NULL},
		{"--repeat", &repeat, NULL},
		{"--verbose", NULL, &order.verbose},
		{NULL, NULL, NULL},
	};
	struct failure failure;

	if (!options_read(self, argc, argv, options, words, 2))
		return COMMAND_USAGE;
	if (words[1] == NULL)
		return command_misused(self, "which document, and where shall the PDF go?");
	if (order.date != NULL && !read_date(session->arena, order.date, &order.document.date))
		return command_misused(self, "--date is a day as YYYY-MM-DD, not \"%s\"", order.date);
	if (!read_number(seconds, MOST_SECONDS, &order.seconds))
		return command_misused(self, "--timeout is a number of seconds from 1 to %d, not \"%s\"", MOST_SECONDS, seconds);
	if (!read_number(repeat, MOST_REPEATS, &order.repeat))
		return command_misused(self, "--repeat is a number from 1 to %d, not \"%s\"", MOST_REPEATS, repeat);
	order.in = words[0];
	order.out = words[1];
	order.document.draft = draft ? "DRAFT" : NULL;
	if (!print_document(session, &order, &failure))
		return command_failed(self, &failure);
	return command_finished(self);
}

const struct command pdf_command = {
	.name = "pdf",
	.summary = "print an HTML document to a PDF",
	.help = "usage: voygen pdf IN.html OUT.pdf [--resources DIR] [--title T] [--date YYYY-MM-DD] [--draft]\n"
			"                  [--header TEXT] [--footer TEXT] [--timeout SECONDS] [--repeat N]\n"
			"                  [--browser PROGRAM] [--verbose]\n"
			"\n"
			"Prints a document (UTF-8; \"-\" is standard input) as headless Chromium shows it: A4, margins of 20 and\n"
			"15 mm unless its own @page says otherwise, tagged, with an outline of its headings. Scripts do not run\n"
			"and nothing is fetched from a network or from files but those in the folder of --resources, by paths\n"
			"relative to it; what the document asked for and did not get is named on stderr.\n"
			"\n"
			"  --resources DIR   style sheets, fonts and images; symbolic links in it are not followed\n"
			"  --title T         title of the PDF, in place of <title>\n"
			"  --date DAY        time of making in the PDF; with it the same document is the same file, byte for byte\n"
			"  --draft           DRAFT across every page\n"
			"  --header, --footer TEXT   in the margins; {page} and {pages} in it are numbers\n"
			"  --timeout SECONDS for the document, 20 unless told\n"
			"  --repeat N        print it N times with one browser, to see how long it takes\n"
			"  --browser PROGRAM the Chromium to use, else the one of Debian's packages\n"
			"  --verbose         how the browser is isolated, how long each step took\n",
	.run = run_pdf,
};
