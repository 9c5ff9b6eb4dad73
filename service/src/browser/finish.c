/*
 * finish.c - one script of ours, run by DevTools in a document whose own scripts are off.
 *
 * A document can name its elements like members of `document` and so hide these; what is used is therefore taken from
 * the prototypes. The rules for paper come first in the document, so that its own go before them.
 */
#include "browser/finish.h"

#include "json/reading.h"

/* At most so many images are named, and of each address so much (a data: address is long). */
static const char script[] =
	"(async o => {"
	"const get = (of, name) => Object.getOwnPropertyDescriptor(of, name).get.call(document);"
	"const make = name => Document.prototype.createElement.call(document, name);"
	"const root = get(Document.prototype, 'documentElement');"
	"const style = make('style');"
	"style.textContent = o.css;"
	"root.insertBefore(style, root.firstChild);"
	"if (o.title !== null) Object.getOwnPropertyDescriptor(Document.prototype, 'title').set.call(document, o.title);"
	"if (o.draft !== null) {"
	"const word = make('div');"
	"word.textContent = o.draft;"
	"word.setAttribute('aria-hidden', 'true');"
	"word.setAttribute('style', Object.entries({all: 'initial', position: 'fixed', left: '50%', top: '50%', display: 'block',"
	" transform: 'translate(-50%, -50%) rotate(-45deg)', font: `bold ${Math.min(120, 640 / o.draft.length)}pt 'DejaVu Sans', sans-serif`,"
	" color: 'rgba(150, 20, 20, .16)', 'white-space': 'nowrap', 'z-index': 2147483647,"
	" '-webkit-print-color-adjust': 'exact'}).map(([name, value]) => `${name}: ${value} !important`).join(';'));"
	"root.appendChild(word);"
	"}"
	"const images = [...Document.prototype.querySelectorAll.call(document, 'img')];"
	"const late = images.filter(image => image.loading === 'lazy' && !image.complete);"
	"for (const image of late) image.loading = 'eager';"
	"await Promise.allSettled(late.map(image => image.decode()));"
	"root.offsetHeight;" /* has the styles applied, upon which fonts are asked for */
	"const fonts = get(Document.prototype, 'fonts');"
	"if (fonts.status !== 'loaded') await fonts.ready;"
	"return images.filter(image => (image.currentSrc || image.src) && !(image.complete && image.naturalWidth > 0))"
	".slice(0, 100).map(image => (image.currentSrc || image.src).slice(0, 200));"
	"})";

/* A part of a CSS string: what could end it is escaped by its number. */
static void
add_css_text(struct output *css, struct slice text)
{
	output_word(css, "\"");
	for (size_t i = 0; i < text.length; i++)
	{
		unsigned char byte = (unsigned char) text.at[i];

		if (byte < 0x20 || byte == '"' || byte == '\\' || byte == '<' || byte == 0x7f)
		{
			char escape[8];

			snprintf(escape, sizeof(escape), "\\%x ", byte);
			output_word(css, escape);
		}
		else
			output_add(css, (struct slice){text.at + i, 1});
	}
	output_word(css, "\" ");
}

/* A margin box with the text, {page} and {pages} in it as the counters of these names. */
static void
add_margin_box(struct output *css, const char *place, const char *text)
{
	output_word(css, place);
	output_word(css, "{font:8pt \"DejaVu Sans\",sans-serif;color:#555;content:");
	while (*text != '\0')
	{
		const char *brace = strstr(text, "{page");
		const char *counter = brace == NULL ? NULL : strncmp(brace, "{page}", 6) == 0 ? "counter(page) "
												 : strncmp(brace, "{pages}", 7) == 0  ? "counter(pages) "
																					  : NULL;
		size_t length = brace == NULL ? strlen(text) : (size_t) (brace - text) + (counter == NULL ? 5 : 0);

		if (length > 0)
			add_css_text(css, (struct slice){text, length});
		if (counter != NULL)
			output_word(css, counter);
		text += length + (counter != NULL ? strcspn(brace, "}") + 1 : 0);
	}
	output_word(css, "}");
}

static struct slice
whole_text(struct output *output)
{
	/* The reader wants room for its longest escape. */
	size_t room = output->length + 16;
	char *text = arena_alloc(output->arena, room);

	return (struct slice){text, output_read(output, text, room)};
}

static struct slice
paper_rules(struct arena *arena, const struct pdf_document *document)
{
	struct output css;

	output_start(&css, arena);
	output_word(&css, "@page{size:A4;margin:20mm 15mm;");
	if (document->header != NULL && document->header[0] != '\0')
		add_margin_box(&css, "@top-center", document->header);
	if (document->footer != NULL && document->footer[0] != '\0')
		add_margin_box(&css, "@bottom-center", document->footer);
	output_word(&css, "}");
	return whole_text(&css);
}

static void
add_text_or_null(struct output *output, const char *name, const char *text)
{
	output_word(output, name);
	if (text != NULL)
		output_quoted(output, slice_of(text));
	else
		output_word(output, "null");
}

struct json_object *
finish_page(struct devtools *devtools, struct arena *arena, const char *session, const struct pdf_document *document)
{
	struct output call;
	struct output params;
	struct json_object *answer;
	struct json_object *list;

	output_start(&call, arena);
	output_word(&call, script);
	output_word(&call, "({\"css\":");
	output_quoted(&call, paper_rules(arena, document));
	add_text_or_null(&call, ",\"title\":", document->title);
	add_text_or_null(&call, ",\"draft\":", document->draft);
	output_word(&call, "})");
	output_start(&params, arena);
	output_word(&params, "{\"awaitPromise\":true,\"returnByValue\":true,\"expression\":");
	output_quoted(&params, whole_text(&call));
	output_word(&params, "}");
	answer = devtools_call(devtools, arena, session, "Runtime.evaluate", &params);
	if (answer == NULL)
		return NULL;
	list = json_object_get(json_member(json_member(answer, "result"), "value"));
	if (json_object_get_type(list) != json_type_array)
	{
		struct json_object *thrown = json_member(json_member(answer, "exceptionDetails"), "exception");

		devtools->fault = DEVTOOLS_REFUSED;
		snprintf(devtools->said, sizeof(devtools->said), "%s",
				 json_text(arena, thrown, "description", "no answer to a question about the document"));
		json_object_put(list);
		list = NULL;
	}
	json_object_put(answer);
	return list;
}
