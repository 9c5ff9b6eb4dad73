/*
 * carried.h - files of the checkout that the program carries inside (the Makefile lists them, `carry` packs them).
 */
#ifndef VOYGEN_CARRIED_H
#define VOYGEN_CARRIED_H

#include <stddef.h>

struct carried_file
{
	const char *name; /* without folders */
	const char *text; /* a NUL follows the last byte */
	size_t length;
};

/* In the order of the Makefile; one without a name is the end. */
extern const struct carried_file carried_files[];

/* The text of a carried file; empty when the checkout had none of that name. */
const char *carried_text(const char *name);

#endif
