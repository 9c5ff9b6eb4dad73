/*
 * loader_directories.h - templates in files below some directories.
 */
#ifndef VOYGEN_RENDER_LOADER_DIRECTORIES_H
#define VOYGEN_RENDER_LOADER_DIRECTORIES_H

#include "memory/arena.h"
#include "render/render.h"

#define LOADER_DIRECTORIES_MOST 16

struct loader_directories
{
	struct arena *arena;                        /* what was read stays here */
	const char *paths[LOADER_DIRECTORIES_MOST]; /* the first that has a file gives it */
	int count;
};

/* A template_loader whose owner is a struct loader_directories. No name leads out of the directories. */
enum template_load loader_directories_load(void *owner, struct slice name, struct slice *source);

#endif
