/*
 * value_json.h - values as JSON.
 */
#ifndef VOYGEN_RENDER_VALUE_JSON_H
#define VOYGEN_RENDER_VALUE_JSON_H

#include "render/run.h"

/*
 * JavaScript's JSON.stringify(value, null, spaces): a string, or undefined for what JSON has no word for. `spaces` is a number
 * (up to 10) or a text that indents. A list that contains itself fails.
 */
struct value value_json(struct render *run, struct value value, struct value spaces);

#endif
