/*
 * tools_markdown.h - the reference of tools, written from the catalogue.
 */
#ifndef VOYGEN_TOOLS_MARKDOWN_H
#define VOYGEN_TOOLS_MARKDOWN_H

#include "json/reading.h"
#include "memory/arena.h"

/* Prints a page about the tools of a list as voygen.tools answers it. */
void tools_print_markdown(struct arena *arena, struct json_object *tools);

#endif
