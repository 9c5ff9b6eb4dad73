/*
 * curl.h - libcurl, loaded when something has to be fetched and not before: it brings two dozen libraries with it, which
 * would cost every other command, and a gateway that fetches nothing, memory and the time to load them.
 */
#ifndef VOYGEN_LIBRARY_CURL_H
#define VOYGEN_LIBRARY_CURL_H

#include <curl/curl.h>
#include <stdbool.h>

/* The checks of types that curl.h puts around these names are for calls by name. */
#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

/* What is used of it. */
/* clang-format off */
#define EACH_CURL_FUNCTION(do)                                   \
	do(global_init) do(global_cleanup)                           \
	do(multi_init) do(multi_cleanup) do(multi_setopt)            \
	do(multi_assign) do(multi_socket_action) do(multi_info_read) \
	do(multi_add_handle) do(multi_remove_handle)                 \
	do(multi_perform) do(multi_poll)                             \
	do(easy_init) do(easy_setopt) do(easy_getinfo)               \
	do(easy_perform)                                             \
	do(easy_cleanup) do(easy_strerror)                           \
	do(slist_append) do(slist_free_all)
/* clang-format on */

struct curl_functions
{
#define DECLARE_CURL_FUNCTION(name) __typeof__(curl_##name) *name;
	EACH_CURL_FUNCTION(DECLARE_CURL_FUNCTION)
#undef DECLARE_CURL_FUNCTION
};

/* Valid after curl_load has answered true. */
extern struct curl_functions curl;

/* Loads the library once; false when it, or a function of it, is not there. */
bool curl_load(void);

#endif
