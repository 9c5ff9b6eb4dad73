/*
 * page.c - pages for people, by a template that the program carries.
 */
#include "share/page.h"

#include <openssl/evp.h>

#include "carried/carried.h"
#include "identity/digest.h"
#include "log/log.h"
#include "render/render.h"

#define TEMPLATE "shared_page.njk"
#define DIGEST_CODED_BYTES 45
#define HTML "text/html; charset=utf-8"

struct share_pages
{
	struct template_set *templates;
	struct render *render;
	const struct template *page; /* NULL: it does not compile */
	struct slice style;
	const char *policy;
};

/* What stands between the tags: the template makes nothing of it. */
static struct slice
style_of(const char *source)
{
	const char *from = strstr(source, "<style>");
	const char *to = strstr(source, "</style>");

	if (from == NULL || to == NULL)
		return SLICE_OF("");
	from += strlen("<style>");
	return (struct slice){from, (size_t) (to - from)};
}

/* Nothing but the style, the document's frame and the forms. */
static const char *
policy_of(struct arena *arena, struct slice style)
{
	unsigned char digest[DIGEST_BYTES];
	unsigned char coded[DIGEST_CODED_BYTES];

	digest_of(style.at, style.length, digest);
	EVP_EncodeBlock(coded, digest, DIGEST_BYTES);
	return arena_format(arena,
						"default-src 'none'; style-src 'sha256-%s'; frame-src 'self' mailto: tel:; form-action 'self'; base-uri 'none'; "
						"frame-ancestors 'none'",
						(const char *) coded);
}

struct share_pages *
share_pages_open(struct arena *arena)
{
	struct share_pages *pages = arena_alloc(arena, sizeof(*pages));
	const struct template_options options = {.autoescape = true};
	const struct template_limits limits = TEMPLATE_LIMITS;
	const char *source = carried_text(TEMPLATE);
	struct fault fault = {0};

	pages->style = style_of(source);
	pages->policy = policy_of(arena, pages->style);
	pages->templates = template_set_open(&options, &limits, NULL, NULL);
	pages->render = pages->templates != NULL ? render_open(pages->templates) : NULL;
	if (pages->render == NULL)
		arena->fail(sizeof(*pages));
	pages->page = template_add(pages->templates, SLICE_OF(TEMPLATE), slice_of(source), &fault);
	if (pages->page == NULL)
		log_say(LOG_LEVEL_ERROR, "%s, line %u: %s", TEMPLATE, fault.line, fault.message);
	return pages;
}

void
share_pages_close(struct share_pages *pages)
{
	if (pages == NULL)
		return;
	render_close(pages->render);
	template_set_close(pages->templates);
}

void
share_pages_guard(struct exchange *exchange, const char *policy, const char *kept)
{
	exchange_say(exchange, "Content-Security-Policy", slice_of(policy));
	exchange_say(exchange, "Cache-Control", slice_of(kept));
	exchange_say(exchange, "Referrer-Policy", SLICE_OF("same-origin"));
	exchange_say(exchange, "X-Content-Type-Options", SLICE_OF("nosniff"));
	exchange_say(exchange, "X-Robots-Tag", SLICE_OF("noindex, nofollow, noarchive"));
	exchange_say(exchange, "Cross-Origin-Resource-Policy", SLICE_OF("same-origin"));
}

static void
send(const struct share_pages *pages, struct exchange *exchange, int status, struct output *out)
{
	share_pages_guard(exchange, pages->policy, "private, no-store");
	exchange->content_type = HTML;
	exchange_answer(exchange, status, out);
}

/* {"page": FACTS, "key": "...", "said": "..."} */
static struct slice
context_of(struct arena *arena, struct slice facts, struct slice key, const char *said)
{
	struct output out;
	char *text;

	output_start(&out, arena);
	output_word(&out, "{\"page\":");
	output_refer(&out, facts);
	output_word(&out, ",\"key\":");
	output_quoted(&out, key);
	output_word(&out, ",\"said\":");
	output_quoted(&out, slice_of(said));
	output_word(&out, "}");
	text = arena_alloc(arena, out.length + 16);
	return (struct slice){text, output_read(&out, text, out.length + 16)};
}

bool
share_pages_show(struct share_pages *pages, struct exchange *exchange, struct slice facts, struct slice key, const char *said)
{
	const struct template_limits limits = TEMPLATE_LIMITS;
	struct render_context *context;
	struct fault fault = {0};
	struct slice text;
	struct output out;
	bool done;

	if (pages->page == NULL)
		return false;
	context = context_open(exchange->arena, context_of(exchange->arena, facts, key, said), CONTEXT_PLAIN, limits.memory, &fault);
	done = context != NULL && render_template(pages->render, pages->page, context_dict(context), &text, &fault);
	context_close(context);
	if (!done)
	{
		log_say(LOG_LEVEL_ERROR, "the page of a link: %s", fault.message);
		return false;
	}
	output_start(&out, exchange->arena);
	output_add(&out, text);
	send(pages, exchange, 200, &out);
	return true;
}

void
share_pages_explain(const struct share_pages *pages, struct exchange *exchange, int status, const char *title, const char *words)
{
	struct output out;

	output_start(&out, exchange->arena);
	output_word(&out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
					  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
					  "<meta name=\"robots\" content=\"noindex, nofollow\">\n<title>");
	output_word(&out, title);
	output_word(&out, "</title>\n<style>");
	output_refer(&out, pages->style);
	output_word(&out, "</style>\n</head>\n<body>\n<main class=\"below\">\n<div class=\"card\">\n<h1>");
	output_word(&out, title);
	output_word(&out, "</h1>\n<p>");
	output_word(&out, words);
	output_word(&out, "</p>\n</div>\n</main>\n</body>\n</html>\n");
	send(pages, exchange, status, &out);
}
