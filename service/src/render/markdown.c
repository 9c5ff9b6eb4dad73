/*
 * markdown.c - Markdown by Debian's cmark-gfm.
 *
 * The library takes its memory from the heap, so the limits of the render hold inside of it, and a render that ends there
 * leaves nothing behind. Its allocator has no argument: whose heap it is stands in a variable while the library is at work.
 */
#include "render/markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>

#define OPTIONS (CMARK_OPT_DEFAULT | CMARK_OPT_VALIDATE_UTF8 | CMARK_OPT_STRIKETHROUGH_DOUBLE_TILDE)

static _Thread_local struct render *at_work;

/* The size of a piece stands in front of it, for when it grows. */
struct piece
{
	size_t size;
	uint64_t bytes[]; /* aligned as the heap aligns */
};

static void *
take(size_t count, size_t size)
{
	struct piece *piece;

	if (size > 0 && count > SIZE_MAX / 2 / size)
		render_fail(at_work, "markdown: no memory for %zu times %zu bytes", count, size);
	render_step(at_work, 1 + count * size / 64);
	piece = render_alloc(at_work, sizeof(*piece) + count * size);
	piece->size = count * size;
	memset(piece->bytes, 0, piece->size);
	return piece->bytes;
}

static void *
grow(void *memory, size_t size)
{
	void *larger = take(1, size);
	size_t known = memory != NULL ? ((struct piece *) ((char *) memory - offsetof(struct piece, bytes)))->size : 0;

	if (known > 0)
		memcpy(larger, memory, known < size ? known : size);
	return larger;
}

static void
leave(void *memory)
{
	(void) memory;
}

static cmark_mem memory = {take, grow, leave};

static bool
is_allowed(const char *address)
{
	static const char *const schemes[] = {"http://", "https://", "mailto:", "tel:"};

	for (size_t i = 0; address != NULL && i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (strncasecmp(address, schemes[i], strlen(schemes[i])) == 0)
			return true;
	return false;
}

/* Puts what is inside of a node in its place. */
static void
unwrap(cmark_node *node)
{
	cmark_node *child;

	while ((child = cmark_node_first_child(node)) != NULL)
		cmark_node_insert_before(node, child);
	cmark_node_unlink(node);
}

/* Pictures, and links to what nobody is to be led to. */
static bool
is_unwanted(cmark_node *node, cmark_node_type type)
{
	return type == CMARK_NODE_IMAGE || (type == CMARK_NODE_LINK && !is_allowed(cmark_node_get_url(node)));
}

/* Takes out of a document what is not to be shown. A node may be changed when the iteration leaves it. */
static void
clean(cmark_node *document)
{
	cmark_iter *iterator = cmark_iter_new(document);
	cmark_event_type event;

	while ((event = cmark_iter_next(iterator)) != CMARK_EVENT_DONE)
	{
		cmark_node *node = cmark_iter_get_node(iterator);
		cmark_node_type type = cmark_node_get_type(node);

		if (type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE)
			cmark_node_unlink(node);
		else if (event == CMARK_EVENT_EXIT && is_unwanted(node, type))
			unwrap(node);
	}
}

struct value
markdown_html(struct render *run, struct slice text)
{
	static const char *const extensions[] = {"table", "strikethrough", "autolink"};
	cmark_parser *parser;
	cmark_node *document;
	const char *html;

	if (text.length > MARKDOWN_BYTES_MOST)
		render_fail(run, "markdown: a text of %zu bytes is longer than %zu", text.length, MARKDOWN_BYTES_MOST);
	/* Known to the whole process; does nothing from the second time on. */
	cmark_gfm_core_extensions_ensure_registered();
	at_work = run;
	parser = cmark_parser_new_with_mem(OPTIONS, &memory);
	for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
		cmark_parser_attach_syntax_extension(parser, cmark_find_syntax_extension(extensions[i]));
	cmark_parser_feed(parser, text.length > 0 ? text.at : "", text.length);
	document = cmark_parser_finish(parser);
	clean(document);
	html = cmark_render_html_with_mem(document, OPTIONS, cmark_parser_get_syntax_extensions(parser), &memory);
	return value_string_as(html, strlen(html), true);
}
