/*
 * parser.h - from the source of a template to its program.
 */
#ifndef VOYGEN_RENDER_PARSER_H
#define VOYGEN_RENDER_PARSER_H

#include <stdbool.h>

#include "render/fault.h"
#include "render/lexer.h"
#include "render/program.h"

struct parser_options
{
	struct template_tags tags;
	bool trim_blocks;
	bool lstrip_blocks;
	unsigned depth_most; /* of tags and expressions within each other */
};

/* Fills in the body and the blocks of a template whose arena, name and source are there. False with the fault filled. */
bool parse_template(struct template *template, const struct parser_options *options, struct fault *fault);

#endif
