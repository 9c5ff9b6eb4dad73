/*
 * number_text.h - numbers as JavaScript writes and reads them (ECMA-262). Nothing here depends on the locale or allocates.
 */
#ifndef VOYGEN_RENDER_NUMBER_TEXT_H
#define VOYGEN_RENDER_NUMBER_TEXT_H

#include <stddef.h>

/* Room for the longest, "-1.2345678901234567e-300" and the like, with a NUL. */
#define NUMBER_TEXT_ROOM 32

/* Room for any number_fixed: sign, 21 digits, point, decimals, NUL. */
#define NUMBER_FIXED_ROOM 128
#define NUMBER_FIXED_MOST 100

/* The shortest digits that read back as the same double, in JavaScript's form (1e21 is "1e+21", 1e-7 is "1e-7", "NaN",
 * "-Infinity"); returns the length, a NUL follows. */
size_t number_text(double number, char text[NUMBER_TEXT_ROOM]);

/* JavaScript's number.toFixed(decimals), 0 to NUMBER_FIXED_MOST: the exact binary value is rounded, a tie away from zero.
 * From 1e21 on it is number_text. */
size_t number_fixed(double number, int decimals, char text[NUMBER_FIXED_ROOM]);

/* JavaScript's Number(text): blanks around it are skipped, "" is 0, 0x, 0o, 0b and Infinity are known; NaN else. */
double number_from_text(const char *text, size_t length);

/* JavaScript's parseFloat and parseInt(text, base): as many characters as make a number; NaN when there are none. A base of
 * 0 is 10, or 16 behind "0x". */
double number_prefix_float(const char *text, size_t length);
double number_prefix_int(const char *text, size_t length, int base);

#endif
