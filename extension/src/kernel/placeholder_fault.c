/*
 * placeholder_fault.c: what is wrong, and where in the template.
 */
#include "placeholder_inside.h"

#include <stdarg.h>
#include <stdio.h>

#define EXCERPT_BEFORE 60 /* bytes of the line in front of the place */
#define EXCERPT_BEHIND 60

/* A byte that goes on with a character of UTF-8. */
static bool
goes_on(char byte)
{
	return ((unsigned char) byte & 0xC0) == 0x80;
}

int
placeholder_shown(kernel_text text, size_t most)
{
	if (text.length <= most)
		return (int) text.length;
	while (most > 0 && goes_on(text.bytes[most]))
		most--;
	return (int) most;
}

static void
excerpt_take(placeholder_fault *fault, kernel_text source, size_t begin, size_t offset)
{
	const char *end = offset < source.length ? memchr(source.bytes + offset, '\n', source.length - offset) : NULL;
	size_t stop = end != NULL ? (size_t) (end - source.bytes) : source.length;

	if (offset - begin > EXCERPT_BEFORE)
		begin = offset - EXCERPT_BEFORE;
	while (begin < offset && goes_on(source.bytes[begin]))
		begin++;
	if (stop - offset > EXCERPT_BEHIND)
		stop = offset + EXCERPT_BEHIND;
	while (stop > offset && stop < source.length && goes_on(source.bytes[stop]))
		stop--;
	if (stop > begin)
		snprintf(fault->excerpt, sizeof(fault->excerpt), "%.*s", (int) (stop - begin), source.bytes + begin);
}

void
placeholder_fault_place(placeholder_fault *fault, kernel_text source, size_t offset)
{
	size_t begin = 0;

	if (offset > source.length)
		offset = source.length;
	fault->line = 1;
	for (size_t i = 0; i < offset; i++)
		if (source.bytes[i] == '\n')
		{
			fault->line++;
			begin = i + 1;
		}
	fault->column = 1;
	for (size_t i = begin; i < offset; i++)
		fault->column += !goes_on(source.bytes[i]);
	fault->excerpt[0] = '\0';
	excerpt_take(fault, source, begin, offset);
}

void
placeholder_fault_set(placeholder_fault *fault, placeholder_failure failure, placeholder_source source, const char *format, ...)
{
	va_list args;

	memset(fault, 0, sizeof(*fault));
	fault->failure = failure;
	fault->source = source;
	va_start(args, format);
	vsnprintf(fault->message, sizeof(fault->message), format, args);
	va_end(args);
}

bool
placeholder_fault_memory(placeholder_fault *fault)
{
	placeholder_fault_set(fault, PLACEHOLDER_NO_MEMORY, PLACEHOLDER_OF_CONTENT, "no memory");
	return false;
}
