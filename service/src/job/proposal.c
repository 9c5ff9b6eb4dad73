/*
 * proposal.c - makes the document of a proposal from its order.
 *
 * Pictures come first: the payload tells the template which there are, by a path that is the digest of the picture. A
 * picture that cannot be had leaves its card without one. A document without a PDF is better than none, so a browser that
 * is not there is a warning.
 */
#include "job/proposal.h"

#include <string.h>

#include "browser/pdf.h"
#include "image/pictures.h"
#include "json/reading.h"
#include "text/base64.h"

#define PICTURES_MOST 100

struct proposal_maker
{
	struct documents *documents;
	struct pdf_printer *printer;
	struct picture_options fetching;
};

/* One picture of the order. */
struct placed
{
	const char *path; /* "images/<digest>.jpg" */
	struct slice bytes;
	int part; /* of the answer; 0: the agency has it */
};

struct pictures
{
	int count;
	struct placed placed[PICTURES_MOST];
};

struct proposal_maker *
proposal_maker_open(struct arena *arena, struct documents *documents, const char *allowed, struct failure *failure)
{
	struct proposal_maker *maker = arena_alloc(arena, sizeof(*maker));
	const struct pdf_settings settings = {.limits = pdf_limits_usual};

	maker->documents = documents;
	maker->fetching = picture_options_default;
	if (!address_ranges_read(arena, allowed, &maker->fetching.allowed, failure))
		return NULL;
	maker->printer = pdf_open(arena, &settings);
	return maker;
}

void
proposal_maker_close(struct proposal_maker *maker)
{
	pdf_close(maker->printer);
}

static void
warn(struct making *making, const char *what, const char *why)
{
	struct json_object *warnings = json_member(making->answer, "warnings");

	if (warnings == NULL)
	{
		warnings = json_object_new_array();
		json_object_object_add(making->answer, "warnings", warnings);
	}
	json_object_array_add(warnings, json_object_new_string(arena_format(making->arena, "%s: %s", what, why)));
}

/* --- pictures ---------------------------------------------------------------------------- */

static int
whole_number(struct json_object *object, const char *name)
{
	return json_object_get_int(json_member(object, name));
}

/* Cut to the slot; a logo, which has no picture's proportions, is only made smaller. */
static struct picture_request
wanted(struct making *making, struct json_object *entry)
{
	int width = whole_number(entry, "width");
	int height = whole_number(entry, "height");
	const char *place = json_text_item(making->arena, json_member(entry, "slot"), 0, "");
	bool logo = strcmp(place, "agency") == 0;
	struct picture_request request = {.url = json_text(making->arena, entry, "url", "")};

	request.want.width = width > 0 ? width : IMAGE_WIDTH_DEFAULT;
	if (width > 0 && height > 0 && !logo)
	{
		request.want.crop = IMAGE_CROP_CENTRE;
		request.want.aspect_width = width;
		request.want.aspect_height = height;
	}
	return request;
}

static const char *
path_of(struct arena *arena, struct slice bytes)
{
	char hash[IMAGE_HASH_TEXT];

	image_hash(bytes.at, bytes.length, hash);
	return arena_format(arena, "images/%s.jpg", hash);
}

/* Sets a member of the payload by its path; what leads nowhere is left out. */
static void
put_into(struct making *making, struct json_object *payload, struct json_object *slot, struct json_object *value)
{
	struct json_object *at = payload;
	size_t depth = json_count(slot);

	for (size_t i = 0; i + 1 < depth && at != NULL; i++)
	{
		struct json_object *step = json_item(slot, i);

		if (json_object_is_type(at, json_type_array))
			at = json_item(at, (size_t) json_object_get_int(step));
		else
			at = json_member(at, json_object_get_string(step));
	}
	if (depth > 0 && json_object_is_type(at, json_type_object))
		json_object_object_add(at, json_text_item(making->arena, slot, depth - 1, ""), value);
	else
		json_object_put(value);
}

/* The part of equal bytes that were added before; 0: none. */
static int
known_part(const struct pictures *pictures, const char *path)
{
	for (int i = 0; i < pictures->count; i++)
	{
		if (strcmp(pictures->placed[i].path, path) == 0)
			return pictures->placed[i].part;
	}
	return 0;
}

/* A picture of the agency that came with the order; false when none did. */
static bool
given(struct making *making, struct json_object *entry, struct picture *picture)
{
	struct json_object *content = json_member(entry, "content");

	*picture = (struct picture){.mime = json_text(making->arena, entry, "mime_type", "image/jpeg")};
	picture->width = whole_number(entry, "width");
	picture->height = whole_number(entry, "height");
	return content != NULL &&
		   base64_decode(making->arena, (struct slice){json_object_get_string(content), (size_t) json_object_get_string_len(content)},
						 &picture->bytes) &&
		   picture->bytes.length > 0;
}

static void
show(struct making *making, struct json_object *entry, const char *path)
{
	struct json_object *shown = json_new(making->arena);
	const char *alt = json_text(making->arena, entry, "alt", NULL);

	json_set_text(making->arena, shown, "path", path);
	if (alt != NULL)
		json_set_text(making->arena, shown, "alt", alt);
	put_into(making, json_member(making->order, "payload"), json_member(entry, "slot"), shown);
}

/* Where it is told to be: among the parts of the answer, or with the agency, who has it. False when there are too many parts. */
static bool
tell_place(struct making *making, struct json_object *told, struct json_object *entry, const struct pictures *pictures,
		   struct placed *placed)
{
	const char *kept = json_text(making->arena, entry, "kept", NULL);

	if (kept != NULL)
	{
		json_set_text(making->arena, told, "kept", kept);
		return true;
	}
	placed->part = known_part(pictures, placed->path);
	if (placed->part == 0)
		placed->part = making_part(making, placed->bytes);
	json_object_object_add(told, "part", json_object_new_int(placed->part));
	return placed->part != 0;
}

static struct json_object *
place(struct making *making, struct pictures *pictures, struct json_object *entry, const struct picture *picture)
{
	struct json_object *told = json_new(making->arena);
	struct placed placed = {.bytes = picture->bytes};

	if (picture->bytes.length > 0)
		placed.path = path_of(making->arena, picture->bytes);
	if (placed.path == NULL || !tell_place(making, told, entry, pictures, &placed))
	{
		json_object_object_del(told, "part");
		json_set_text(making->arena, told, "error", picture->error != NULL ? picture->error : "There are too many pictures");
		return told;
	}
	pictures->placed[pictures->count++] = placed;
	show(making, entry, placed.path);
	json_set_text(making->arena, told, "mime_type", picture->mime);
	json_object_object_add(told, "width", json_object_new_int(picture->width));
	json_object_object_add(told, "height", json_object_new_int(picture->height));
	return told;
}

static void
fetch_pictures(const struct proposal_maker *maker, struct making *making, struct pictures *pictures)
{
	struct json_object *list = json_member(making->order, "pictures");
	struct json_object *told = json_object_new_array();
	size_t count = json_count(list) < PICTURES_MOST ? json_count(list) : PICTURES_MOST;
	size_t fetching = 0;
	struct picture_request requests[PICTURES_MOST];
	struct picture fetched[PICTURES_MOST] = {0};
	struct picture all[PICTURES_MOST];
	bool here[PICTURES_MOST];

	for (size_t i = 0; i < count; i++)
	{
		here[i] = given(making, json_item(list, i), &all[i]);
		if (here[i])
			continue;
		json_object_object_del(json_item(list, i), "kept");
		requests[fetching++] = wanted(making, json_item(list, i));
	}
	if (fetching > 0)
		pictures_prepare(making->arena, requests, fetched, fetching, &maker->fetching);
	for (size_t i = 0, next = 0; i < count; i++)
	{
		if (!here[i])
			all[i] = fetched[next++];
		json_object_array_add(told, place(making, pictures, json_item(list, i), &all[i]));
	}
	json_object_object_add(making->answer, "pictures", told);
}

/* --- PDF ------------------------------------------------------------------------------------ */

static enum resource_answer
find_picture(void *context, struct arena *arena, const char *path, size_t most, struct slice *bytes)
{
	const struct pictures *pictures = context;

	(void) arena;
	for (int i = 0; i < pictures->count; i++)
	{
		if (strcmp(pictures->placed[i].path, path) != 0)
			continue;
		*bytes = pictures->placed[i].bytes;
		return bytes->length <= most ? RESOURCE_FOUND : RESOURCE_TOO_LARGE;
	}
	return RESOURCE_MISSING;
}

static void
add_document(struct making *making, const char *name, struct slice bytes)
{
	struct json_object *document = json_new(making->arena);

	json_object_object_add(document, "part", json_object_new_int(making_part(making, bytes)));
	json_object_object_add(making->answer, name, document);
}

static void
print_pdf(struct proposal_maker *maker, struct making *making, struct slice html, struct pictures *pictures)
{
	const struct pdf_document document = {.html = html, .find = find_picture, .find_context = pictures};
	struct pdf_result result = {0};
	struct failure failure = {0};

	if (!pdf_print(maker->printer, making->arena, &document, &result, &failure))
	{
		warn(making, "there is no PDF", failure.message);
		return;
	}
	add_document(making, "pdf", (struct slice){arena_copy(making->arena, result.pdf.at, result.pdf.length), result.pdf.length});
	pdf_result_free(&result);
}

bool
proposal_make(void *owner, struct making *making, struct failure *failure)
{
	struct proposal_maker *maker = owner;
	struct json_object *pdf = json_member(making->order, "pdf");
	struct pictures pictures = {0};
	const char *name = arena_format(making->arena, "%s.njk", json_text(making->arena, making->order, "template", "standard"));
	struct slice html;

	if (!json_object_is_type(json_member(making->order, "payload"), json_type_object))
		return failure_set(failure, "invalid_argument", "a proposal without a payload", NULL);
	fetch_pictures(maker, making, &pictures);
	if (!documents_render(maker->documents, making, name, &html, failure))
		return false;
	add_document(making, "html", html);
	if (pdf == NULL || json_object_get_boolean(pdf))
		print_pdf(maker, making, html, &pictures);
	return true;
}
