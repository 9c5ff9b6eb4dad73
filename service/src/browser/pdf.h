/*
 * pdf.h - documents on paper: HTML and what belongs to it in, PDF out, by a browser that is kept warm.
 *
 * A4 with margins of 20, 15, 20 and 15 mm unless the document's own @page says otherwise; backgrounds printed; tagged,
 * with an outline of its headings. Scripts do not run and nothing is fetched: there is the document, its resources, and
 * no network, file or earlier document. Everything waits, so this is for a process that does nothing else meanwhile;
 * one document at a time.
 *
 *   struct pdf_printer *printer = pdf_open(arena, &settings);   // starts nothing yet
 *   pdf_ready(printer, arena, &failure);                        // when there is time: the next one need not wait
 *   pdf_print(printer, arena, &document, &result, &failure);
 *   pdf_close(printer);
 *
 * The program must ignore SIGPIPE.
 */
#ifndef VOYGEN_BROWSER_PDF_H
#define VOYGEN_BROWSER_PDF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "browser/browser.h"
#include "browser/origin.h"
#include "memory/bytes.h"

struct pdf_limits
{
	size_t html_bytes;
	size_t resource_bytes; /* of all that a document asks for */
	size_t pdf_bytes;
	int deadline_ms;      /* of a document, with the start of a browser where one is needed */
	int documents;        /* a browser is replaced after so many */
	size_t browser_bytes; /* or when it has more memory to itself than this */
};

extern const struct pdf_limits pdf_limits_usual;

struct pdf_settings
{
	struct browser_settings browser;
	struct pdf_limits limits;
};

struct pdf_document
{
	struct slice html;   /* UTF-8 */
	resource_find *find; /* its style sheets, fonts and images by path; NULL: it has none */
	void *find_context;
	const char *title;  /* NULL: its own <title> */
	const char *header; /* in the middle of the upper margin; NULL: none. {page} and {pages} stand for numbers */
	const char *footer; /* the same below; what @page of the document says goes before both */
	const char *draft;  /* a word across every page; NULL: none */
	const char *date;   /* YYYYMMDD, taken for the time of making; NULL: now */
};

struct pdf_result
{
	struct bytes pdf;                 /* freed by pdf_result_free */
	const struct origin_miss *misses; /* what it wanted and did not get, in the caller's arena */
	size_t missed;                    /* how many; only the first ORIGIN_MISSES are listed */
	size_t resources;                 /* how many it got */
	bool info_set;                    /* the date and the name of the maker are ours, not the browser's */
	int lost;                         /* browsers that went away by themselves since the document before this one */
	int load_ms;
	int print_ms;
	int whole_ms;
};

struct pdf_printer;

/* Lives in the arena. The settings are copied, the texts they point to must stay. */
struct pdf_printer *pdf_open(struct arena *arena, const struct pdf_settings *settings);
void pdf_close(struct pdf_printer *printer);

/*
 * Prints one document. False with the failure filled: `invalid_argument` for a document beyond the limits, `timeout`,
 * `unavailable` when there is no browser or it went away twice, `internal` when it refuses to print.
 */
bool pdf_print(struct pdf_printer *printer, struct arena *arena, const struct pdf_document *document,
			   struct pdf_result *result, struct failure *failure);
void pdf_result_free(struct pdf_result *result);

/* Whether a document is within the limits and its texts are UTF-8; what pdf_print looks at first. */
bool pdf_check(struct pdf_printer *printer, struct arena *arena, const struct pdf_document *document, struct failure *failure);

/* Starts a browser if there is none, replaces one that has done its share, and makes the next page. False with the
 * failure filled when there is no browser to be had; the next pdf_print tries again by itself. */
bool pdf_ready(struct pdf_printer *printer, struct arena *arena, struct failure *failure);

/* For health reports: how its browser is isolated; NULL when none runs. */
const struct isolation *pdf_isolation(const struct pdf_printer *printer);

/* Bytes the browser has to itself; 0 when none runs. */
size_t pdf_memory(const struct pdf_printer *printer);

#endif
