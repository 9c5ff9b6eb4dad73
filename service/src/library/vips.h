/*
 * vips.h - libvips, loaded by the process that decodes a picture and by no other: it brings some eighty libraries.
 */
#ifndef VOYGEN_LIBRARY_VIPS_H
#define VOYGEN_LIBRARY_VIPS_H

#include <stdbool.h>
#include <vips/vips.h>
#include <vips/vector.h>

/* What is used of it. */
/* clang-format off */
#define EACH_VIPS_FUNCTION(do)                                              \
	do(init) do(concurrency_set) do(cache_set_max) do(block_untrusted_set)  \
	do(vector_set_enabled)                                                  \
	do(error_buffer) do(foreign_find_load_buffer)                           \
	do(image_new_from_buffer) do(image_get_width) do(image_get_height)      \
	do(image_get_typeof) do(image_get_orientation_swap)                     \
	do(image_get_interpretation) do(image_hasalpha) do(image_copy_memory)   \
	do(thumbnail_buffer) do(colourspace) do(flatten) do(array_double_newv)  \
	do(jpegsave_buffer) do(webpsave_buffer)
/* clang-format on */

struct vips_functions
{
#define DECLARE_VIPS_FUNCTION(name) __typeof__(vips_##name) *name;
	EACH_VIPS_FUNCTION(DECLARE_VIPS_FUNCTION)
#undef DECLARE_VIPS_FUNCTION
};

/* Valid after vips_load has answered true. */
extern struct vips_functions vips;

/* Loads the library once; false when it, or a function of it, is not there. */
bool vips_load(void);

#endif
