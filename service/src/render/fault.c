/*
 * fault.c - line, column and excerpt of a place in a template.
 */
#include "render/fault.h"

#include <stdio.h>
#include <string.h>

#include "render/program.h"
#include "render/value.h"

/* Characters of the line shown before the fault and after it. */
#define SHOWN_BEFORE 60
#define SHOWN_AFTER 20

/* Cuts what printf may have cut within a character. */
static void
cut_at_character(char *text)
{
	size_t length = strlen(text);
	size_t start = length;

	while (start > 0 && ((unsigned char) text[start - 1] & 0xC0) == 0x80)
		start--;
	if (start > 0 && (unsigned char) text[start - 1] >= 0xC0)
	{
		unsigned char lead = (unsigned char) text[start - 1];
		size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3
														: 2;

		if (length - (start - 1) < wanted)
			text[start - 1] = '\0';
	}
}

static void
show_line(struct fault *fault, struct slice line, size_t at)
{
	size_t column = text_length((struct slice){line.at, at});
	size_t skipped = column > SHOWN_BEFORE ? column - SHOWN_BEFORE : 0;
	size_t from = text_offset(line, skipped);
	size_t shown = text_offset((struct slice){line.at + from, line.length - from}, SHOWN_BEFORE + SHOWN_AFTER);
	char text[FAULT_EXCERPT_BYTES - SHOWN_BEFORE - 8];
	size_t caret = column - skipped;
	size_t length = (size_t) snprintf(text, sizeof(text), "%.*s", (int) shown, line.at + from);

	if (length >= sizeof(text))
		cut_at_character(text);
	for (char *byte = text; *byte != '\0'; byte++)
	{
		if ((unsigned char) *byte < 0x20)
			*byte = ' ';
	}
	snprintf(fault->excerpt, sizeof(fault->excerpt), "%s\n%*s^", text, (int) caret, "");
}

void
fault_fill(struct fault *fault, const struct template *template, size_t position, const char *format, va_list arguments)
{
	const char *start;
	const char *line;
	const char *end;

	memset(fault, 0, sizeof(*fault));
	if (vsnprintf(fault->message, sizeof(fault->message), format, arguments) >= (int) sizeof(fault->message))
		cut_at_character(fault->message);
	if (template == NULL)
		return;
	snprintf(fault->template, sizeof(fault->template), "%.*s", (int) template->name.length, template->name.at);
	cut_at_character(fault->template);
	if (position > template->source.length)
		position = template->source.length;
	start = line = template->source.at;
	fault->line = 1;
	for (const char *at = start; at < start + position; at++)
	{
		if (*at == '\n')
		{
			fault->line++;
			line = at + 1;
		}
	}
	end = memchr(line, '\n', template->source.length - (size_t) (line - start));
	if (end == NULL)
		end = start + template->source.length;
	position -= (size_t) (line - start);
	fault->column = (unsigned) text_length((struct slice){line, position}) + 1;
	show_line(fault, (struct slice){line, (size_t) (end - line)}, position);
}

void
fault_set(struct fault *fault, const struct template *template, size_t position, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fault_fill(fault, template, position, format, arguments);
	va_end(arguments);
}
