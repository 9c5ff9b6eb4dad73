/*
 * placeholder_emit.c: how values are escaped for what they become a part of.
 *
 * Nothing is ever left out or blocked: whatever a value says can be read in the result as text. In Markdown a sign is escaped
 * where it would mean something: everywhere those that mark up within a line, at the beginning of a line of the value those
 * that begin a block. Blanks there are dropped, four of them would begin one as well.
 */
#include "placeholder_inside.h"

#define SEEMS_A_LETTER(c) (((c) >= 'a' && (c) <= 'z') || ((c) >= 'A' && (c) <= 'Z'))
#define SEEMS_A_DIGIT(c) ((c) >= '0' && (c) <= '9')

const char *const placeholder_kind_names[] = {"text", "html", "markdown", "json"};

bool
placeholder_kind_read(kernel_text name, placeholder_kind *kind)
{
	for (size_t i = 0; i < sizeof(placeholder_kind_names) / sizeof(placeholder_kind_names[0]); i++)
		if (kernel_text_is(name, placeholder_kind_names[i]))
		{
			*kind = (placeholder_kind) i;
			return true;
		}
	return false;
}

bool
placeholder_output_possible(placeholder_kind written, placeholder_kind output)
{
	if (written == output)
		return true;
	return (written == PLACEHOLDER_TEXT && (output == PLACEHOLDER_HTML || output == PLACEHOLDER_MARKDOWN)) ||
		   (written == PLACEHOLDER_MARKDOWN && output == PLACEHOLDER_TEXT);
}

static void
add(placeholder_run *run, const char *bytes, size_t length)
{
	jdoc_text_add(&run->output, bytes, length);
}

/* The entity of a byte that HTML would take for something else. */
static const char *
html_entity(char byte)
{
	switch (byte)
	{
		case '&':
			return "&amp;";
		case '<':
			return "&lt;";
		case '>':
			return "&gt;";
		case '"':
			return "&quot;";
		case '\'':
			return "&#39;";
		default:
			return NULL;
	}
}

static void
emit_html(placeholder_run *run, kernel_text text)
{
	bool lines = run->request->written == PLACEHOLDER_TEXT;
	size_t plain = 0;

	for (size_t i = 0; i < text.length; i++)
	{
		const char *entity = lines && text.bytes[i] == '\n' ? "<br>\n" : html_entity(text.bytes[i]);

		if (entity == NULL)
			continue;
		add(run, text.bytes + plain, i - plain);
		jdoc_text_add_word(&run->output, entity);
		plain = i + 1;
	}
	add(run, text.bytes + plain, text.length - plain);
}

static void
emit_json(placeholder_run *run, kernel_text text)
{
	jdoc_text quoted;

	jdoc_text_start(&quoted, run->memory);
	jdoc_text_add_quoted(&quoted, text.bytes, text.length);
	if (quoted.failed)
		placeholder_fail_memory(run);
	add(run, quoted.bytes + 1, quoted.length - 2);
}

/* Does an & begin an entity? */
static bool
markdown_entity(kernel_text text, size_t at)
{
	size_t end = at + 1;

	while (end < text.length && (SEEMS_A_LETTER(text.bytes[end]) || SEEMS_A_DIGIT(text.bytes[end]) || text.bytes[end] == '#'))
		end++;
	return end > at + 1 && end < text.length && text.bytes[end] == ';';
}

static bool
blank_or_end(kernel_text text, size_t at)
{
	return at >= text.length || text.bytes[at] == ' ' || text.bytes[at] == '\t' || text.bytes[at] == '\n' || text.bytes[at] == '\r';
}

static size_t
run_of(kernel_text text, size_t at, char byte)
{
	size_t end = at;

	while (end < text.length && text.bytes[end] == byte)
		end++;
	return end - at;
}

/* Where at the beginning of a line a sign has to be escaped so that no block begins; SIZE_MAX when none does. */
static size_t
markdown_block_sign(kernel_text text, size_t at)
{
	size_t end = at;
	char first = at < text.length ? text.bytes[at] : '\0';

	if (first == '#')
		return blank_or_end(text, at + run_of(text, at, '#')) ? at : SIZE_MAX;
	if (first == '+' || first == '-')
		return blank_or_end(text, at + 1) || text.bytes[at + 1] == first ? at : SIZE_MAX;
	if (first == '=' || first == '>')
		return at;
	while (end < text.length && SEEMS_A_DIGIT(text.bytes[end]))
		end++;
	if (end > at && end < text.length && (text.bytes[end] == '.' || text.bytes[end] == ')') && blank_or_end(text, end + 1))
		return end;
	return SIZE_MAX;
}

static bool
markdown_sign(kernel_text text, size_t at)
{
	char byte = text.bytes[at];

	return (byte != '\0' && strchr("\\`*_[]<|~", byte) != NULL) || (byte == '&' && markdown_entity(text, at));
}

static void
emit_markdown(placeholder_run *run, kernel_text text)
{
	bool lines = run->request->written == PLACEHOLDER_TEXT;
	bool first = run->output.length == 0 || run->output.bytes[run->output.length - 1] == '\n';
	bool begins = true;
	bool passed = false; /* a line of the text */
	size_t block = SIZE_MAX;

	for (size_t i = 0; i < text.length; i++)
	{
		char byte = text.bytes[i];

		if (begins && (first || passed) && (byte == ' ' || byte == '\t'))
			continue;
		if (begins)
			block = markdown_block_sign(text, i);
		begins = byte == '\n' || byte == '\r';
		passed = passed || begins;
		if (i == block || markdown_sign(text, i))
			add(run, "\\", 1);
		else if (lines && byte == '\n')
			add(run, "  ", 2);
		add(run, text.bytes + i, 1);
	}
}

/* Is the text a part of the result as it stands? */
static bool
stands(const placeholder_run *run, placeholder_origin origin)
{
	if (run->request->output == PLACEHOLDER_TEXT || origin == PLACEHOLDER_MARKUP)
		return true;
	return origin == PLACEHOLDER_WRITTEN && run->request->written == run->request->output;
}

void
placeholder_emit(placeholder_run *run, kernel_text text, placeholder_origin origin, size_t offset)
{
	placeholder_charge(run, text.length, offset);
	if (stands(run, origin))
		add(run, text.bytes, text.length);
	else if (run->request->output == PLACEHOLDER_HTML)
		emit_html(run, text);
	else if (run->request->output == PLACEHOLDER_MARKDOWN)
		emit_markdown(run, text);
	else
		emit_json(run, text);
	if (run->output.failed)
		placeholder_fail_memory(run);
	if (run->output.length > run->output_most)
		placeholder_fail(run, PLACEHOLDER_OUTPUT, offset, "the text becomes longer than %zu bytes", run->output_most);
}
