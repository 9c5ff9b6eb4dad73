/*
 * vips.c - finds libvips' functions.
 */
#include "library/vips.h"

#include <dlfcn.h>

#define LIBRARY "libvips.so.42"

struct vips_functions vips;

bool
vips_load(void)
{
	void *library = dlopen(LIBRARY, RTLD_LAZY | RTLD_LOCAL);

	if (library == NULL)
		return false;
#define FIND(name)                                                  \
	*(void **) (void *) &vips.name = dlsym(library, "vips_" #name); \
	if (vips.name == NULL)                                          \
		return false;
	EACH_VIPS_FUNCTION(FIND)
#undef FIND
	return true;
}
