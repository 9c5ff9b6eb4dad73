/*
 * pdf_info.h - what a PDF says of its making, put right in place.
 *
 * Chromium writes the time of printing and its user agent into the document information dictionary (ISO 32000-1,
 * 14.3.3). With both replaced, the same document printed twice is the same file. Nothing moves: a shorter string is
 * followed by spaces, so the table of offsets stays true.
 */
#ifndef VOYGEN_BROWSER_PDF_INFO_H
#define VOYGEN_BROWSER_PDF_INFO_H

#include <stdbool.h>
#include <stddef.h>

#define PDF_DATE_LENGTH 8 /* YYYYMMDD */

/*
 * Sets CreationDate and ModDate to midnight (UTC) of the date, unless it is NULL, and Creator and Producer to the name.
 * False, with the file untouched, when it has no such dictionary where a PDF of Chromium has it, or no room for one of
 * the values.
 */
bool pdf_info_set(char *pdf, size_t length, const char *date, const char *name);

#endif
