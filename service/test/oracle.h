/*
 * oracle.h - what the JSON reader of the extension says of a text.
 */
#ifndef VOYGEN_TEST_ORACLE_H
#define VOYGEN_TEST_ORACLE_H

#include <stddef.h>

enum oracle_word
{
	ORACLE_ACCEPTS,
	ORACLE_REFUSES,
	ORACLE_STRICTER /* refuses what is JSON: half a surrogate pair, a name that is there twice */
};

enum oracle_word oracle_says(const char *text, size_t length, unsigned depth);

#endif
