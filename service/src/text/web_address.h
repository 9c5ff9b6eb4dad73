/*
 * web_address.h - addresses of the web that are told to others.
 */
#ifndef VOYGEN_WEB_ADDRESS_H
#define VOYGEN_WEB_ADDRESS_H

#include <stdbool.h>

/* An absolute address of http or https without a fragment, and without what would end a quoted text or begin something else. */
bool is_web_address(const char *text);

#endif
