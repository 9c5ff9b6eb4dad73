/*
 * confine.h - takes from this process what a decoder does not need: files, network, other processes, memory and time
 * without end.
 */
#ifndef VOYGEN_IMAGE_CONFINE_H
#define VOYGEN_IMAGE_CONFINE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * For good. From then on it may use the memory it has and `memory` bytes more, `cpu_s` seconds of CPU, read and write what
 * is open, and start threads; every other call of the system fails. False when the system does not let it.
 */
bool confine_process(uint64_t memory, uint32_t cpu_s);

#endif
