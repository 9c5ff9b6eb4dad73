/*
 * marks.h
 *	  Triggers that mark trips whose facts a statement made out of date.
 */
#ifndef VOYGEN_MARKS_H
#define VOYGEN_MARKS_H

extern void marks_init(void);

#endif
