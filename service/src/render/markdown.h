/*
 * markdown.h - texts of people and portals in Markdown, as HTML that can be trusted.
 */
#ifndef VOYGEN_RENDER_MARKDOWN_H
#define VOYGEN_RENDER_MARKDOWN_H

#include "render/run.h"

/* A longer text fails: some texts cost time by the square of their length. */
#define MARKDOWN_BYTES_MOST ((size_t) 64 * 1024)

/*
 * Safe HTML of a text in CommonMark with GitHub's tables, strikethrough and bare addresses. HTML in it is left out, a picture
 * becomes its description, a link to anything but http, https, mailto and tel becomes its text.
 */
struct value markdown_html(struct render *run, struct slice text);

#endif
