/*
 * carried.c - finds a file the program carries.
 */
#include "carried/carried.h"

#include <string.h>

const char *
carried_text(const char *name)
{
	for (const struct carried_file *file = carried_files; file->name != NULL; file++)
	{
		if (strcmp(file->name, name) == 0)
			return file->text;
	}
	return "";
}
