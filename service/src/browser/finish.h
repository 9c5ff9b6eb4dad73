/*
 * finish.h - the last touches on a document that has been loaded, before it is printed.
 */
#ifndef VOYGEN_BROWSER_FINISH_H
#define VOYGEN_BROWSER_FINISH_H

#include "browser/devtools.h"
#include "browser/pdf.h"

/*
 * Gives the page its paper, header and footer, title and draft word, has fonts and late images loaded, and answers a list
 * of the addresses of images that are not there or cannot be read, which the caller frees; NULL with the fault of
 * devtools.
 */
struct json_object *finish_page(struct devtools *devtools, struct arena *arena, const char *session, const struct pdf_document *document);

#endif
