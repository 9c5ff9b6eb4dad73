/*
 * resize.h - one picture decoded, checked, turned upright, cut, made smaller and encoded anew, by libvips.
 */
#ifndef VOYGEN_IMAGE_RESIZE_H
#define VOYGEN_IMAGE_RESIZE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "image/exchange.h"
#include "text/slice.h"

/* Loads and starts the library; false when it is not there. */
bool resize_start(void);

/*
 * Fills the reply; what its length counts stands at *result until the process ends. False when there is no result, with
 * the reason in the reply. Nothing is given back: this is for a process that ends after one picture.
 */
bool resize_picture(const struct decode_request *request, struct slice bytes, struct decode_reply *reply, const void **result);

#endif
