/*
 * curl.c - finds libcurl's functions.
 */
#include "library/curl.h"

#include <dlfcn.h>

#define LIBRARY "libcurl.so.4"

struct curl_functions curl;

bool
curl_load(void)
{
	void *library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);

	if (library == NULL)
		return false;
#define FIND(name)                                                  \
	*(void **) (void *) &curl.name = dlsym(library, "curl_" #name); \
	if (curl.name == NULL)                                          \
		return false;
	EACH_CURL_FUNCTION(FIND)
#undef FIND
	return true;
}
