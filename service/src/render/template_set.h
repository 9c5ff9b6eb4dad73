/*
 * template_set.h - the inside of a set, for the render.
 */
#ifndef VOYGEN_RENDER_TEMPLATE_SET_H
#define VOYGEN_RENDER_TEMPLATE_SET_H

#include "render/program.h"
#include "render/render.h"

/* Places of the table of templates by name; a set holds few. */
#define TEMPLATE_PLACES 256

struct template_set
{
	struct template_options options;
	struct template_limits limits;
	template_loader *loader;
	void *owner;
	unsigned count;
	struct template *named[TEMPLATE_PLACES]; /* chains by hash of the name */
	struct template *loose;                  /* those of template_add */
};

#endif
