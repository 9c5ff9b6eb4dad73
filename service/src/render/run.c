/*
 * run.c - the end of a render, its limits, and texts in its heap.
 */
#include "render/run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include "render/fault.h"

/* How many steps pass between two looks at the clock: about 50 microseconds of work. */
#define STEPS_BETWEEN_LOOKS 4096

uint64_t
render_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t) now.tv_sec * 1000000000u + (uint64_t) now.tv_nsec;
}

void
render_fail(struct render *run, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	fault_fill(run->fault, run->template, run->position, format, arguments);
	va_end(arguments);
	longjmp(run->end, 1);
}

void
render_stop(struct render *run)
{
	longjmp(run->end, 1);
}

void
render_look(struct render *run)
{
	uint64_t left;

	if (run->steps_granted >= run->steps_most)
		render_fail(run, "the template takes more than %llu steps", (unsigned long long) run->steps_most);
	if (run->deadline_ns != 0 && render_clock() > run->deadline_ns)
		render_fail(run, "the template takes longer than %u ms", run->time_ms);
	left = run->steps_most - run->steps_granted;
	if (left > STEPS_BETWEEN_LOOKS)
		left = STEPS_BETWEEN_LOOKS;
	/* what was taken beyond the last grant is part of the next */
	while (run->steps_left < 0 && run->steps_granted < run->steps_most)
	{
		run->steps_granted += left;
		run->steps_left += (int64_t) left;
		left = run->steps_most - run->steps_granted < STEPS_BETWEEN_LOOKS ? run->steps_most - run->steps_granted : STEPS_BETWEEN_LOOKS;
	}
	if (run->steps_left < 0)
		render_fail(run, "the template takes more than %llu steps", (unsigned long long) run->steps_most);
}

void
render_enter(struct render *run)
{
	if (run->depth >= run->depth_most)
		render_fail(run, "macros, blocks and includes are nested more than %u deep", run->depth_most);
	render_check_stack(run);
	run->depth++;
}

void
buffer_reserve(struct render *run, struct buffer *buffer, size_t more)
{
	size_t room = buffer->room < 64 ? 64 : buffer->room;

	if (more > SIZE_MAX / 4)
		render_fail(run, "a text of %zu bytes is too long", more);
	while (room - buffer->length < more)
		room *= 2;
	buffer->at = heap_grow(&run->heap, buffer->at, buffer->length, buffer->room, room);
	buffer->room = room;
}

static const char *const entities[] = {"&amp;", "&quot;", "&#39;", "&lt;", "&gt;", "&#92;"};
static const uint8_t entity_lengths[] = {5, 6, 5, 4, 4, 5};

/* 1 + the entity of a byte, 0 for most. */
static const uint8_t entity_of[256] = {['&'] = 1, ['"'] = 2, ['\''] = 3, ['<'] = 4, ['>'] = 5, ['\\'] = 6};

#ifdef __SSE2__
/* Which of sixteen bytes are to be escaped, a bit for each. */
static unsigned
marked_bytes(const char *bytes)
{
	__m128i sixteen = _mm_loadu_si128((const __m128i *) bytes);
	__m128i found = _mm_cmpeq_epi8(sixteen, _mm_set1_epi8('&'));

	found = _mm_or_si128(found, _mm_cmpeq_epi8(sixteen, _mm_set1_epi8('"')));
	found = _mm_or_si128(found, _mm_cmpeq_epi8(sixteen, _mm_set1_epi8('\'')));
	found = _mm_or_si128(found, _mm_cmpeq_epi8(sixteen, _mm_set1_epi8('<')));
	found = _mm_or_si128(found, _mm_cmpeq_epi8(sixteen, _mm_set1_epi8('>')));
	found = _mm_or_si128(found, _mm_cmpeq_epi8(sixteen, _mm_set1_epi8('\\')));
	return (unsigned) _mm_movemask_epi8(found);
}
#endif

/* How many bytes in front need no escape. */
static size_t
plain_length(const char *bytes, size_t length)
{
	size_t i = 0;

#ifdef __SSE2__
	for (; i + 16 <= length; i += 16)
	{
		unsigned marked = marked_bytes(bytes + i);

		if (marked != 0)
			return i + (size_t) __builtin_ctz(marked);
	}
#endif
	while (i < length && entity_of[(unsigned char) bytes[i]] == 0)
		i++;
	return i;
}

void
buffer_escape(struct render *run, struct buffer *buffer, struct slice text)
{
	while (text.length > 0)
	{
		size_t plain = plain_length(text.at, text.length);
		unsigned entity;

		buffer_add(run, buffer, text.at, plain);
		if (plain == text.length)
			return;
		entity = entity_of[(unsigned char) text.at[plain]] - 1u;
		buffer_add(run, buffer, entities[entity], entity_lengths[entity]);
		text.at += plain + 1;
		text.length -= plain + 1;
	}
}

struct value
buffer_value(const struct buffer *buffer, bool safe)
{
	return value_string_as(buffer->at != NULL ? buffer->at : "", buffer->length, safe);
}

void
output_reserve(struct render *run, size_t more)
{
	struct buffer *output = &run->output;
	size_t room = output->room < 16384 ? 16384 : output->room;
	char *larger;

	if (more > run->output_most || output->length > run->output_most - more)
		render_fail(run, "the output is longer than %zu bytes", run->output_most);
	while (room - output->length < more)
		room *= 2;
	if (room > run->output_most)
		room = run->output_most;
	larger = realloc(output->at, room);
	if (larger == NULL)
		render_fail(run, "no memory for an output of %zu bytes", room);
	output->at = larger;
	output->room = room;
}

void
output_escaped(struct render *run, struct slice text)
{
	size_t plain = plain_length(text.at, text.length);

	output_text(run, text.at, plain);
	while (plain < text.length)
	{
		unsigned entity = entity_of[(unsigned char) text.at[plain]] - 1u;

		output_text(run, entities[entity], entity_lengths[entity]);
		text.at += plain + 1;
		text.length -= plain + 1;
		plain = plain_length(text.at, text.length);
		output_text(run, text.at, plain);
	}
}
