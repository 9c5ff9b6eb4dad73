/*
 * fault.h - why a template could not be compiled or rendered, and where.
 */
#ifndef VOYGEN_RENDER_FAULT_H
#define VOYGEN_RENDER_FAULT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

struct template;

#define FAULT_MESSAGE_BYTES 512
#define FAULT_NAME_BYTES 256
#define FAULT_EXCERPT_BYTES 256

struct fault
{
	char message[FAULT_MESSAGE_BYTES];
	char template[FAULT_NAME_BYTES]; /* empty for a template without a name */
	unsigned line;                   /* from 1; 0: nowhere in a template */
	unsigned column;                 /* in characters, from 1 */
	/* the line at fault, and under it a caret below the column; empty when there is none */
	char excerpt[FAULT_EXCERPT_BYTES];
};

/* A fault at a byte of a template's source (NULL: of none). */
void fault_fill(struct fault *fault, const struct template *template, size_t position, const char *format, va_list arguments);
void fault_set(struct fault *fault, const struct template *template, size_t position, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

#endif
