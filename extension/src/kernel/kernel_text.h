/*
 * kernel_text.h: texts of words in the program, and comparing with them.
 */
#ifndef VOYGEN_KERNEL_TEXT_H
#define VOYGEN_KERNEL_TEXT_H

#include <string.h>

#include "kernel.h"

#define KERNEL_TEXT_OF(literal) ((kernel_text){"" literal, sizeof(literal) - 1})

/* A text that ends in NUL; not given when it is NULL. */
static inline kernel_text
kernel_text_of(const char *text)
{
	return (kernel_text){text, text != NULL ? strlen(text) : 0};
}

static inline bool
kernel_text_equal(kernel_text a, kernel_text b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.bytes, b.bytes, a.length) == 0);
}

static inline bool
kernel_text_is(kernel_text text, const char *word)
{
	return text.bytes != NULL && strlen(word) == text.length && memcmp(text.bytes, word, text.length) == 0;
}

#endif
