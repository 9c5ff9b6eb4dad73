/*
 * pdf.c - keeps a browser warm and prints documents with it, one after the other.
 */
#include "browser/pdf.h"

#include <stdio.h>

#include "browser/deadline.h"
#include "browser/finish.h"
#include "browser/page.h"
#include "browser/pdf_info.h"
#include "browser/stream.h"
#include "json/reading.h"
#include "json/scan.h"

#define MAKER "Voygen"
/* For what is not part of a document: the end of a browser to be told, a page to be thrown away. */
#define ASIDE_MS 1000

/* Chromium has 150 MB to itself with nothing to do, and grows to half a gigabyte with a document of 50 pages. */
const struct pdf_limits pdf_limits_usual = {
	.html_bytes = (size_t) 4 << 20,
	.resource_bytes = (size_t) 64 << 20,
	.pdf_bytes = (size_t) 64 << 20,
	.deadline_ms = 20000,
	.documents = 100,
	.browser_bytes = (size_t) 1 << 30,
};

/* What is being done with a document. */
struct work_on_document
{
	struct origin origin;
	const char *doing; /* in the words of a failure */
	bool loaded;
	bool crashed;
};

struct pdf_printer
{
	struct pdf_settings settings;
	struct arena scratch; /* emptied before each document */
	struct browser browser;
	bool running;
	int printed; /* documents this browser has been given */
	int lost;    /* browsers that went away and have not been told of */
	struct devtools devtools;
	struct page page; /* the next one, when it is open */
	struct work_on_document *work;
};

struct pdf_printer *
pdf_open(struct arena *arena, const struct pdf_settings *settings)
{
	struct pdf_printer *printer = arena_alloc(arena, sizeof(*printer));

	printer->settings = *settings;
	arena_open(&printer->scratch, arena->fail);
	return printer;
}

static void
stop(struct pdf_printer *printer)
{
	if (!printer->running)
		return;
	devtools_close(&printer->devtools);
	browser_stop(&printer->browser);
	printer->page = (struct page){0};
	printer->running = false;
}

void
pdf_close(struct pdf_printer *printer)
{
	stop(printer);
	arena_close(&printer->scratch);
}

const struct isolation *
pdf_isolation(const struct pdf_printer *printer)
{
	return printer->running ? &printer->browser.isolation : NULL;
}

size_t
pdf_memory(const struct pdf_printer *printer)
{
	return printer->running ? browser_memory(&printer->browser) : 0;
}

void
pdf_result_free(struct pdf_result *result)
{
	bytes_free(&result->pdf);
}

/* Ends a browser that does not answer, or has gone by itself. */
static void
give_up(struct pdf_printer *printer)
{
	if (printer->devtools.fault == DEVTOOLS_GONE)
		printer->lost++;
	stop(printer);
}

static void
on_event(void *context, const char *session, const char *method, struct json_object *params)
{
	struct pdf_printer *printer = context;
	struct work_on_document *work = printer->work;

	if (work == NULL || strcmp(session, printer->page.session) != 0)
		return;
	if (strcmp(method, "Fetch.requestPaused") == 0)
		origin_answer(&work->origin, params);
	else if (strcmp(method, "Page.loadEventFired") == 0)
		work->loaded = true;
	else if (strcmp(method, "Inspector.targetCrashed") == 0 || strcmp(method, "Inspector.detached") == 0)
	{
		work->crashed = true;
		devtools_halt(&printer->devtools);
	}
}

/* --- failures ------------------------------------------------------------------------- */

/* Why the browser did not do what was asked of it. */
static bool
explain(struct pdf_printer *printer, struct arena *arena, const char *doing, struct failure *failure)
{
	const char *why;

	switch (printer->devtools.fault)
	{
		case DEVTOOLS_LATE:
			why = arena_format(arena, "%s was not over after %d ms", doing, printer->settings.limits.deadline_ms);
			return failure_set(failure, "timeout", why, NULL);
		case DEVTOOLS_GONE:
			why = browser_end(&printer->browser, arena, deadline_in(ASIDE_MS));
			why = arena_format(arena, "the browser went away during %s: %s", doing, why);
			return failure_set(failure, "unavailable", why, NULL);
		default:
			why = arena_format(arena, "%s failed: %s", doing, printer->devtools.said);
			return failure_set(failure, "internal", why, NULL);
	}
}

/* One that is larger than it may be. */
static bool
explain_size(struct arena *arena, const char *what, size_t most, const char *hint, struct failure *failure)
{
	return failure_set(failure, "invalid_argument", arena_format(arena, "%s more than %zu bytes", what, most), hint);
}

static bool
explain_work(struct pdf_printer *printer, struct arena *arena, const struct work_on_document *work, struct failure *failure)
{
	if (work->origin.too_large)
		return explain_size(arena, "what the document asks for has", work->origin.most, "use smaller images", failure);
	if (work->crashed)
		return failure_set(failure, "unavailable",
						   arena_format(arena, "the browser's process for the document crashed during %s", work->doing), NULL);
	return explain(printer, arena, work->doing, failure);
}

/* --- the browser ---------------------------------------------------------------------- */

static bool
start(struct pdf_printer *printer, struct arena *arena, int64_t deadline, struct failure *failure)
{
	struct json_object *version;

	if (!browser_start(&printer->browser, &printer->settings.browser, &printer->scratch, deadline, failure))
	{
		failure->message = arena_string(arena, failure->message);
		return false;
	}
	devtools_open(&printer->devtools, printer->browser.to, printer->browser.from, on_event, printer);
	printer->running = true;
	printer->printed = 0;
	printer->devtools.deadline = deadline;
	version = devtools_call(&printer->devtools, &printer->scratch, "", "Browser.getVersion", NULL);
	if (version == NULL)
	{
		explain(printer, arena, "the start of the browser", failure);
		stop(printer);
		return false;
	}
	json_object_put(version);
	return true;
}

/* It has served long enough, or grown too large. */
static bool
is_worn(const struct pdf_printer *printer)
{
	return printer->printed >= printer->settings.limits.documents ||
		   browser_memory(&printer->browser) > printer->settings.limits.browser_bytes;
}

/* Sees to it that a browser runs and a page is open. */
static bool
make_ready(struct pdf_printer *printer, struct arena *arena, int64_t deadline, struct failure *failure)
{
	for (int attempt = 0;; attempt++)
	{
		if (printer->running && printer->page.open)
			return true;
		if (printer->running && is_worn(printer))
			stop(printer);
		if (!printer->running && !start(printer, arena, deadline, failure))
			return false;
		printer->devtools.deadline = deadline;
		devtools_resume(&printer->devtools);
		if (page_open(&printer->page, &printer->devtools, &printer->scratch))
			return true;
		explain(printer, arena, "the making of a page", failure);
		give_up(printer);
		/* One that was killed while nobody looked. */
		if (attempt > 0 || deadline_left(deadline) == 0)
			return false;
	}
}

bool
pdf_ready(struct pdf_printer *printer, struct arena *arena, struct failure *failure)
{
	arena_reset(&printer->scratch);
	return make_ready(printer, arena, deadline_in(printer->settings.limits.deadline_ms), failure);
}

/* --- one document --------------------------------------------------------------------- */

static bool
load(struct pdf_printer *printer, struct work_on_document *work)
{
	struct output params;
	struct json_object *answer;
	const char *refused;

	work->doing = "loading the document";
	output_start(&params, &printer->scratch);
	output_word(&params, "{\"url\":\"" ORIGIN_ADDRESS "\"}");
	answer = devtools_call(&printer->devtools, &printer->scratch, printer->page.session, "Page.navigate", &params);
	if (answer == NULL)
		return false;
	refused = json_text(&printer->scratch, answer, "errorText", NULL);
	json_object_put(answer);
	if (refused != NULL)
	{
		printer->devtools.fault = DEVTOOLS_REFUSED;
		snprintf(printer->devtools.said, sizeof(printer->devtools.said), "%s", refused);
		return false;
	}
	return devtools_until(&printer->devtools, &work->loaded);
}

static bool
finish(struct pdf_printer *printer, struct work_on_document *work, const struct pdf_document *document)
{
	struct json_object *images;

	work->doing = "preparing the document for print";
	images = finish_page(&printer->devtools, &printer->scratch, printer->page.session, document);
	for (size_t i = 0; i < json_count(images); i++)
		origin_note_miss(&work->origin, json_text_item(&printer->scratch, images, i, ""), "no image that can be read");
	json_object_put(images);
	return images != NULL;
}

/* Lengths in inches. The margins are those of finish.c, for a document whose @page takes the size alone. */
static const char print_options[] =
	"{\"paperWidth\":8.267716535,\"paperHeight\":11.692913386,\"marginTop\":0.787401575,\"marginRight\":0.590551181,"
	"\"marginBottom\":0.787401575,\"marginLeft\":0.590551181,\"printBackground\":true,\"preferCSSPageSize\":true,"
	"\"displayHeaderFooter\":false,\"generateTaggedPDF\":true,\"generateDocumentOutline\":true,\"transferMode\":\"ReturnAsStream\"}";

static bool
print(struct pdf_printer *printer, struct work_on_document *work, struct bytes *pdf)
{
	struct output params;
	struct json_object *answer;
	const char *stream;

	work->doing = "printing the document";
	output_start(&params, &printer->scratch);
	output_word(&params, print_options);
	answer = devtools_call(&printer->devtools, &printer->scratch, printer->page.session, "Page.printToPDF", &params);
	if (answer == NULL)
		return false;
	stream = json_text(&printer->scratch, answer, "stream", "");
	json_object_put(answer);
	return stream_read(&printer->devtools, &printer->scratch, printer->page.session, stream, printer->settings.limits.pdf_bytes, pdf);
}

/* The document in a page of its own. */
static bool
print_in_page(struct pdf_printer *printer, struct work_on_document *work, const struct pdf_document *document, struct pdf_result *result)
{
	int64_t begun = deadline_now();
	int64_t loaded;
	bool done;

	printer->work = work;
	printer->printed++;
	done = load(printer, work) && finish(printer, work, document);
	loaded = deadline_now();
	done = done && print(printer, work, &result->pdf);
	printer->work = NULL;
	result->load_ms = (int) (loaded - begun);
	result->print_ms = (int) (deadline_now() - loaded);
	return done;
}

/* A copy of the misses that outlives the work. */
static void
keep_misses(struct arena *arena, const struct origin *origin, struct pdf_result *result)
{
	size_t listed = origin->missed < ORIGIN_MISSES ? origin->missed : ORIGIN_MISSES;
	struct origin_miss *misses = arena_alloc(arena, (listed + 1) * sizeof(*misses));

	memcpy(misses, origin->misses, listed * sizeof(*misses));
	result->misses = misses;
	result->missed = origin->missed;
	result->resources = origin->resources;
}

/* One attempt. A browser that has gone, or has not answered in time, is ended. */
static bool
attempt(struct pdf_printer *printer, struct arena *arena, const struct pdf_document *document, int64_t deadline,
		struct pdf_result *result, struct failure *failure)
{
	struct work_on_document work = {
		.origin = {
			.devtools = &printer->devtools,
			.scratch = &printer->scratch,
			.arena = arena,
			.session = printer->page.session,
			.html = document->html,
			.find = document->find,
			.find_context = document->find_context,
			.most = printer->settings.limits.resource_bytes,
		},
	};
	bool done;

	printer->devtools.deadline = deadline;
	done = print_in_page(printer, &work, document, result);
	if (done)
		keep_misses(arena, &work.origin, result);
	else
		explain_work(printer, arena, &work, failure);
	origin_close(&work.origin);
	if (!done && (printer->devtools.fault == DEVTOOLS_GONE || printer->devtools.fault == DEVTOOLS_LATE))
		give_up(printer);
	else
	{
		printer->devtools.deadline = deadline_in(ASIDE_MS);
		page_discard(&printer->page, &printer->devtools, &printer->scratch);
	}
	return done;
}

static bool
complete(struct pdf_printer *printer, struct arena *arena, const struct pdf_document *document, struct pdf_result *result,
		 struct failure *failure)
{
	if (result->pdf.length > printer->settings.limits.pdf_bytes)
		return explain_size(arena, "the PDF has", printer->settings.limits.pdf_bytes, "use smaller images, or fewer pages", failure);
	result->info_set = pdf_info_set(result->pdf.at, result->pdf.length, document->date, MAKER);
	return true;
}

/* Texts go to the browser inside of JSON, which has to be UTF-8. */
static bool
is_utf8(struct arena *scratch, const char *text)
{
	static const struct scan_limits limits = {.levels = 1, .nodes = 1, .depth = 1};
	struct scan_fault fault;
	struct output quoted;
	size_t room;
	char *bytes;

	if (text == NULL)
		return true;
	output_start(&quoted, scratch);
	output_quoted(&quoted, slice_of(text));
	room = quoted.length + 16;
	bytes = arena_alloc(scratch, room);
	return scan_text(scratch, (struct slice){bytes, output_read(&quoted, bytes, room)}, &limits, &fault) != NULL;
}

bool
pdf_check(struct pdf_printer *printer, struct arena *arena, const struct pdf_document *document, struct failure *failure)
{
	const struct
	{
		const char *name;
		const char *text;
	} texts[] = {{"title", document->title}, {"header", document->header}, {"footer", document->footer}, {"draft", document->draft}};

	if (document->html.length > printer->settings.limits.html_bytes)
		return explain_size(arena, "the document has", printer->settings.limits.html_bytes,
							"images belong beside the document, not into it", failure);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
	{
		if (!is_utf8(&printer->scratch, texts[i].text))
			return failure_set(failure, "invalid_argument", arena_format(arena, "the %s is not UTF-8", texts[i].name), NULL);
	}
	return true;
}

bool
pdf_print(struct pdf_printer *printer, struct arena *arena, const struct pdf_document *document, struct pdf_result *result,
		  struct failure *failure)
{
	int64_t begun = deadline_now();
	int64_t deadline = begun + printer->settings.limits.deadline_ms;

	*result = (struct pdf_result){0};
	arena_reset(&printer->scratch);
	if (!pdf_check(printer, arena, document, failure))
		return false;
	for (int again = 0;; again++)
	{
		if (!make_ready(printer, arena, deadline, failure))
			return false;
		if (attempt(printer, arena, document, deadline, result, failure))
			break;
		bytes_free(&result->pdf);
		/* Once more when it was the browser that went away. */
		if (printer->running || again > 0 || deadline_left(deadline) == 0)
			return false;
	}
	result->lost = printer->lost;
	printer->lost = 0;
	result->whole_ms = (int) (deadline_now() - begun);
	if (complete(printer, arena, document, result, failure))
		return true;
	bytes_free(&result->pdf);
	return false;
}
