/*
 * decoder_process.h - what the process that decodes one picture does, from its first instruction to its end.
 */
#ifndef VOYGEN_IMAGE_DECODER_PROCESS_H
#define VOYGEN_IMAGE_DECODER_PROCESS_H

/* Reads what exchange.h says from descriptor 0, answers on 1, and ends. Returns when it was not called as it must be. */
void decoder_process(void);

#endif
