/*
 * render_placeholders.h - `voygen render --placeholders`: a text with {placeholders}, as templates of the database are.
 */
#ifndef VOYGEN_RENDER_PLACEHOLDERS_H
#define VOYGEN_RENDER_PLACEHOLDERS_H

#include "cli/command.h"

/* Paths of files; NULL is not given, "-" as context standard input. */
struct placeholder_files
{
	const char *template;
	const char *schema;
	const char *context;
	const char *format; /* text, html, markdown or json; NULL: text */
};

/* Prints the text filled in, warnings on stderr. */
enum command_status render_placeholders(const struct command *self, struct session *session, const struct placeholder_files *files);

#endif
