/*
 * form.h - the fields of a form, as a browser sends it: application/x-www-form-urlencoded.
 */
#ifndef VOYGEN_SHARE_FORM_H
#define VOYGEN_SHARE_FORM_H

#include <stdbool.h>

#include "memory/arena.h"
#include "text/slice.h"

struct form_field
{
	const char *name;
	struct slice value; /* with its line ends as LF; at is NULL when it was not sent */
};

/* False when the body has a field that is not among these, one twice, or a percent sign that begins no byte. The values are
 * any bytes: whoever takes them looks whether they are text. */
bool form_read(struct arena *arena, struct slice body, struct form_field *fields, int count);

#endif
