/*
 * share.c - what is where under a link, who may ask for it how, and what the answers look like.
 */
#include "share/share.h"

#include <inttypes.h>

#include "share/visit.h"

#define BELOW "/p/"
/* More than the longest form: 4,000 characters of four bytes, each written as %XX. */
#define FORM_BYTES ((size_t) 65536)
#define ASKED "asked"

/* Nothing but its own pictures and style; framed by its page alone. */
#define DOCUMENT_SANDBOX "sandbox allow-same-origin allow-popups allow-top-navigation-to-custom-protocols"
#define DOCUMENT_SOURCES "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'"
#define DOCUMENT_POLICY DOCUMENT_SANDBOX "; " DOCUMENT_SOURCES "; form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
/* A browser's viewer of PDFs is a page of its own, which anything more would break. */
#define FILE_POLICY "frame-ancestors 'none'"
#define NOT_KEPT "private, no-store"
/* The digest in its address is that of its bytes. */
#define KEPT "private, max-age=3600, immutable"

/* --- answers -------------------------------------------------------------------------- */

static void
answer_bytes(struct visit *visit, PGresult *result, const char *policy, const char *kept)
{
	struct slice type = visit_value(result, 2);
	struct output out;

	output_start(&out, visit->exchange->arena);
	output_refer(&out, visit_value(result, 1));
	share_pages_guard(visit->exchange, policy, kept);
	visit->exchange->content_type = arena_copy(visit->exchange->arena, type.at, type.length);
	exchange_answer(visit->exchange, 200, &out);
}

static void
answer_document(struct visit *visit, PGresult *result)
{
	answer_bytes(visit, result, DOCUMENT_POLICY, NOT_KEPT);
}

static void
answer_pdf(struct visit *visit, PGresult *result)
{
	exchange_say(visit->exchange, "Content-Disposition", SLICE_OF("inline; filename=\"proposal.pdf\""));
	answer_bytes(visit, result, FILE_POLICY, NOT_KEPT);
}

static void
answer_picture(struct visit *visit, PGresult *result)
{
	answer_bytes(visit, result, FILE_POLICY, KEPT);
}

static void
answer_page(struct visit *visit, PGresult *result)
{
	const char *said = slice_is(visit->query_text, ASKED) ? "question" : "";

	if (!share_pages_show(visit->share->pages, visit->exchange, visit_value(result, 1), visit->key.text, said))
		visit_refuse(visit->share, visit->exchange, 500);
}

/* Back to the page, from a place one step below it. */
static void
send_back(struct visit *visit, const char *behind)
{
	const char *where =
		arena_format(visit->exchange->arena, "../%.*s%s", (int) visit->key.text.length, visit->key.text.at, behind);

	visit->share->state.answered++;
	share_pages_guard(visit->exchange, FILE_POLICY, NOT_KEPT);
	exchange_say(visit->exchange, "Location", slice_of(where));
	exchange_answer_empty(visit->exchange, 303);
}

static void
answer_decision(struct visit *visit, PGresult *result)
{
	(void) result;
	send_back(visit, "?decided#answer");
}

static void
answer_question(struct visit *visit, PGresult *result)
{
	(void) result;
	send_back(visit, "?" ASKED "#said");
}

/* --- places --------------------------------------------------------------------------- */

#define READING "GET, HEAD"
#define WRITING "POST"

static const struct share_place page_place = {"", READING, &prepared_shared_page, {NULL}, true, answer_page};
static const struct share_place picture_place = {"/images/", READING, &prepared_shared_picture, {NULL}, true, answer_picture};
static const struct share_place document_place = {"/document", READING, &prepared_shared_html, {NULL}, true, answer_document};
static const struct share_place pdf_place = {"/proposal.pdf", READING, &prepared_shared_pdf, {NULL}, true, answer_pdf};
static const struct share_place decision_place = {
	"/decision", WRITING, &prepared_decide_proposal, {"decision", "name", "option", "comment", "version"}, true, answer_decision};
static const struct share_place question_place = {
	"/question", WRITING, &prepared_ask_about_proposal, {"name", "question"}, false, answer_question};

static const struct share_place *const places[] = {&page_place, &document_place, &pdf_place, &decision_place, &question_place};

/* "/images/<digest>.jpg", as documents name their pictures. */
static bool
is_picture(struct slice path, unsigned char digest[DIGEST_BYTES])
{
	const size_t before = strlen(picture_place.path);
	const size_t behind = strlen(".jpg");

	return slice_starts(path, picture_place.path) && path.length > before + behind &&
		   memcmp(path.at + path.length - behind, ".jpg", behind) == 0 &&
		   share_hex_read((struct slice){path.at + before, path.length - before - behind}, digest, DIGEST_BYTES);
}

static const struct share_place *
place_of(struct slice path, unsigned char picture[DIGEST_BYTES])
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
	{
		if (slice_is(path, places[i]->path))
			return places[i];
	}
	return is_picture(path, picture) ? &picture_place : NULL;
}

static const char *
end_of(struct slice text, char sign)
{
	const char *found = text.length > 0 ? memchr(text.at, sign, text.length) : NULL;

	return found != NULL ? found : text.at + text.length;
}

/* Key, place and query of an address; false when it can be none of a link. */
static bool
find(struct visit *visit, struct slice target)
{
	struct slice path = {target.at + strlen(BELOW), target.length - strlen(BELOW)};
	const char *mark = end_of(path, '?');
	const char *slash;

	if (mark < path.at + path.length)
		visit->query_text = (struct slice){mark + 1, (size_t) (path.at + path.length - mark - 1)};
	path.length = (size_t) (mark - path.at);
	slash = end_of(path, '/');
	visit->place = place_of((struct slice){slash, (size_t) (path.at + path.length - slash)}, visit->picture);
	return visit->place != NULL && share_key_read((struct slice){path.at, (size_t) (slash - path.at)}, &visit->key);
}

/* --- who may ------------------------------------------------------------------------------ */

/* SCHEME://HOST[:PORT] of an address. */
static struct slice
origin_of(const char *url)
{
	const char *host = strstr(url, "://");

	return (struct slice){url, host != NULL ? (size_t) (host + 3 - url) + strcspn(host + 3, "/") : 0};
}

static bool
is_own_origin(const struct share *share, const struct exchange *exchange, struct slice origin)
{
	struct slice host = exchange_header(exchange, "Host");
	const char *plain = arena_format(exchange->arena, "http://%.*s", (int) host.length, host.at);
	const char *secure = arena_format(exchange->arena, "https://%.*s", (int) host.length, host.at);

	return slice_is_caseless(origin, plain) || slice_is_caseless(origin, secure) ||
		   (share->public_url != NULL && slice_equal(origin, origin_of(share->public_url)));
}

/* A form that a page of somebody else sends is not the reader's word. A browser that tells by itself whether the page has the same
 * origin knows it better than we do behind a proxy. Who says neither header is no browser. */
static bool
is_from_the_page(const struct share *share, const struct exchange *exchange)
{
	struct slice site = exchange_header(exchange, "Sec-Fetch-Site");
	struct slice origin = exchange_header(exchange, "Origin");

	if (site.at != NULL)
		return slice_is(site, "same-origin");
	return origin.at == NULL || is_own_origin(share, exchange, origin);
}

static bool
is_form(const struct exchange *exchange)
{
	struct slice type = exchange_header(exchange, "Content-Type");
	struct slice name = {type.at, (size_t) (end_of(type, ';') - type.at)};

	return type.at != NULL && slice_is_caseless(slice_trimmed(name), "application/x-www-form-urlencoded");
}

static bool
is_allowed(const struct visit *visit)
{
	struct slice method = visit->exchange->method;

	if (strcmp(visit->place->allowed, WRITING) == 0)
		return slice_is(method, "POST");
	return slice_is(method, "GET") || slice_is(method, "HEAD");
}

/* --- visits --------------------------------------------------------------------------------- */

/* 0, or the status that the form is refused with. */
static int
read_form(struct visit *visit)
{
	int count = 0;

	if (!is_from_the_page(visit->share, visit->exchange))
		return 403;
	if (!is_form(visit->exchange))
		return 415;
	for (; count < VISIT_FIELDS && visit->place->fields[count] != NULL; count++)
		visit->fields[count] = (struct form_field){.name = visit->place->fields[count]};
	if (!form_read(visit->exchange->arena, visit->exchange->body, visit->fields, count))
		return 400;
	for (int i = 0; i < count; i++)
		query_slice(&visit->query, visit->fields[i].value);
	return 0;
}

/* Not what a browser fetches ahead, or for another page: nobody may ever look at that. */
static bool
is_to_be_read(const struct exchange *exchange)
{
	static const char *const ahead[] = {"Sec-Purpose", "Purpose", "X-Purpose", "X-Moz"};
	struct slice place = exchange_header(exchange, "Sec-Fetch-Dest");

	for (size_t i = 0; i < sizeof(ahead) / sizeof(ahead[0]); i++)
	{
		if (exchange_header(exchange, ahead[i]).at != NULL)
			return false;
	}
	return place.at == NULL || slice_is(place, "document");
}

/* The page that is shown behind an answer was not opened once more. */
static void
fill_page(struct visit *visit)
{
	bool first = visit->query_text.length == 0 && is_to_be_read(visit->exchange);
	struct slice agent = exchange_header(visit->exchange, "User-Agent");

	query_slice(&visit->query, first ? visit->exchange->method : SLICE_OF("no view"));
	query_slice(&visit->query, agent);
}

/* The same. */
static int
fill(struct visit *visit)
{
	query_start(&visit->query, visit->place->statement, NULL, visit);
	query_integer(&visit->query, visit->key.agency_id);
	query_slice(&visit->query, (struct slice){(const char *) visit->key.digest, DIGEST_BYTES});
	if (visit->place->fields[0] != NULL)
		return read_form(visit);
	if (visit->place == &page_place)
		fill_page(visit);
	else if (visit->place == &picture_place)
		query_slice(&visit->query, (struct slice){(const char *) visit->picture, DIGEST_BYTES});
	return 0;
}

static void
handle(void *owner, struct exchange *exchange)
{
	struct share *share = owner;
	struct visit *visit = arena_alloc(exchange->arena, sizeof(*visit));
	int64_t wait = limits_page(share->limits, exchange->address);
	int status = 0;

	share->state.requests++;
	*visit = (struct visit){.share = share, .exchange = exchange};
	if (wait > 0)
	{
		exchange_say(exchange, "Retry-After", slice_of(arena_format(exchange->arena, "%" PRId64, (wait + 999) / 1000)));
		status = 429;
	}
	else if (!find(visit, exchange->target))
		status = 404;
	else if (!is_allowed(visit))
	{
		exchange_say(exchange, "Allow", slice_of(visit->place->allowed));
		status = 405;
	}
	else
		status = fill(visit);
	if (status != 0)
		visit_refuse(share, exchange, status);
	else
		visit_run(visit);
}

static void
refuse(void *owner, struct exchange *exchange, int status, const char *words)
{
	(void) words;
	visit_refuse(owner, exchange, status);
}

void
share_open(struct share *share, struct http *http, struct arena *arena)
{
	const struct http_route route = {
		.path = BELOW,
		.demands = HTTP_BELOW | HTTP_PAGES,
		.handle = handle,
		.owner = share,
		.body_bytes = FORM_BYTES,
		.refuse = refuse,
	};

	share->pages = share_pages_open(arena);
	http_add_route(http, &route);
}

void
share_close(struct share *share)
{
	share_pages_close(share->pages);
}
