/*
 * origin.c - answers the requests of a page.
 */
#include "browser/origin.h"

#include <limits.h>
#include <openssl/evp.h>

#include "json/reading.h"

/*
 * What the document may do beyond asking: nothing. No script, frame, form, plugin, connection or refresh; `sandbox` is
 * what stops <meta http-equiv=refresh>. Images, styles and fonts may be asked for anywhere, so that the request comes to
 * origin_answer, which refuses and notes it.
 */
#define POLICY                                                                                       \
	"default-src 'none'; img-src http: https: data:; style-src http: https: data: 'unsafe-inline'; " \
	"font-src http: https: data:; form-action 'none'; frame-ancestors 'none'; sandbox allow-same-origin"

void
origin_close(struct origin *origin)
{
	bytes_free(&origin->encoded);
}

void
origin_note_miss(struct origin *origin, const char *address, const char *why)
{
	for (size_t i = 0; i < origin->missed && i < ORIGIN_MISSES; i++)
	{
		if (strcmp(origin->misses[i].address, address) == 0)
			return;
	}
	if (origin->missed < ORIGIN_MISSES)
		origin->misses[origin->missed] = (struct origin_miss){arena_string(origin->arena, address), why};
	origin->missed++;
}

static void
refuse(struct origin *origin, const char *request, const char *reason)
{
	struct output params;

	output_start(&params, origin->scratch);
	output_word(&params, "{\"requestId\":");
	output_quoted(&params, slice_of(request));
	output_word(&params, ",\"errorReason\":");
	output_quoted(&params, slice_of(reason));
	output_word(&params, "}");
	devtools_send(origin->devtools, origin->scratch, origin->session, "Fetch.failRequest", &params);
}

/* Base64 in the room for it; false when there is no memory. */
static bool
encode(struct origin *origin, struct slice bytes)
{
	origin->encoded.length = 0;
	if (bytes.length > INT_MAX / 2 || !bytes_reserve(&origin->encoded, (bytes.length + 2) / 3 * 4 + 1))
		return false;
	origin->encoded.length = (size_t) EVP_EncodeBlock((unsigned char *) origin->encoded.at, (const unsigned char *) bytes.at,
													  (int) bytes.length);
	return true;
}

static void
add_header(struct output *params, const char *name, const char *value)
{
	output_word(params, "{\"name\":");
	output_quoted(params, slice_of(name));
	output_word(params, ",\"value\":");
	output_quoted(params, slice_of(value));
	output_word(params, "}");
}

static void
serve(struct origin *origin, const char *request, const char *type, const char *policy, struct slice bytes)
{
	struct output params;

	if (!encode(origin, bytes))
	{
		refuse(origin, request, "Failed");
		return;
	}
	output_start(&params, origin->scratch);
	output_word(&params, "{\"requestId\":");
	output_quoted(&params, slice_of(request));
	output_word(&params, ",\"responseCode\":200,\"responseHeaders\":[");
	add_header(&params, "Content-Type", type);
	if (policy != NULL)
	{
		output_word(&params, ",");
		add_header(&params, "Content-Security-Policy", policy);
	}
	output_word(&params, "],\"body\":\"");
	output_refer(&params, (struct slice){origin->encoded.at, origin->encoded.length});
	output_word(&params, "\"}");
	devtools_send(origin->devtools, origin->scratch, origin->session, "Fetch.fulfillRequest", &params);
}

/* The document goes out once; any other navigation is given up, which leaves the page as it is. */
static void
answer_navigation(struct origin *origin, const char *request, const char *address)
{
	if (origin->document_sent || strcmp(address, ORIGIN_ADDRESS) != 0)
	{
		refuse(origin, request, "Aborted");
		return;
	}
	origin->document_sent = true;
	serve(origin, request, "text/html; charset=utf-8", POLICY, origin->html);
}

static void
answer_resource(struct origin *origin, const char *request, const char *address)
{
	const char *path = resource_path(origin->scratch, ORIGIN_ADDRESS, address);
	enum resource_answer found = RESOURCE_MISSING;
	struct slice bytes = {NULL, 0};

	if (path != NULL && origin->find != NULL)
		found = origin->find(origin->find_context, origin->scratch, path, origin->most - origin->sent, &bytes);
	if (found == RESOURCE_FOUND)
	{
		origin->sent += bytes.length;
		origin->resources++;
		serve(origin, request, resource_type(path), NULL, bytes);
		return;
	}
	refuse(origin, request, "Failed");
	if (found == RESOURCE_TOO_LARGE)
	{
		origin->too_large = true;
		devtools_halt(origin->devtools);
		return;
	}
	origin_note_miss(origin, address, path != NULL ? "not among the document's resources" : "outside of the document's resources");
}

void
origin_answer(struct origin *origin, struct json_object *params)
{
	const char *request = json_text(origin->scratch, params, "requestId", "");
	const char *kind = json_text(origin->scratch, params, "resourceType", "");
	const char *address = json_text(origin->scratch, json_member(params, "request"), "url", "");

	if (strcmp(kind, "Document") == 0)
		answer_navigation(origin, request, address);
	else if (strcmp(kind, "Other") == 0)
		refuse(origin, request, "Failed"); /* icons and the like, which the browser wants for itself */
	else
		answer_resource(origin, request, address);
}
