/*
 * cases.h: reads the lines a model program prints: words between blanks, "-" for what is not known or not given.
 */
#ifndef VOYGEN_TEST_CASES_H
#define VOYGEN_TEST_CASES_H

#include <stdio.h>

#include "kernel/kernel.h"

/* Starts test/model/PROGRAM with arguments; the check stops when it cannot. close_model also demands that it ended well. */
FILE *cases_open(const char *program, const char *arguments);
void cases_close(FILE *model);

/* Reads a line into its own buffer (valid until the next); false at the end. */
bool cases_line(FILE *model);

/* The next word of the line; NULL at its end. */
char *cases_word(void);

/* The next word as a number; false for "-". A missing word stops the check. */
bool cases_number(int64_t *number);
int64_t cases_number_or(int64_t otherwise);
kernel_text cases_text(void);
kernel_tri cases_truth(void); /* yes, no, - */

/* Splits a word of the line in place: the part before `separator`; *rest moves behind it, NULL at the end. */
char *cases_part(char **rest, char separator);

#endif
