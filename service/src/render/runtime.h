/*
 * runtime.h - what the files of the runtime share: evaluate.c walks expressions, execute.c statements, call.c runs macros and
 * built-ins, operators.c computes.
 */
#ifndef VOYGEN_RENDER_RUNTIME_H
#define VOYGEN_RENDER_RUNTIME_H

#include "render/scope.h"

struct value evaluate(struct scope *scope, const struct expression *expression);

/* Runs statements; what they print goes to the output of the render. */
void execute(struct scope *scope, const struct statement *statement);

/* Prints a value as {{ }} does. */
void print_value(struct render *run, struct value value);

/* ---- call.c ---- */

/* A call. When `printed` is given, a macro may write its output where it belongs instead of answering it, and says so. */
struct value call_expression(struct scope *scope, const struct expression *expression, bool *printed);

/* A filter or a test. */
struct value apply_expression(struct scope *scope, const struct expression *expression);

/* A macro or a call block as a value; the frame is NULL for a macro. */
struct value macro_value(struct scope *scope, const struct macro *macro, struct frame *frame);

/* Everything printed since `mark` becomes a string and is taken back from the output. */
struct value take_output(struct render *run, size_t mark, bool safe);

/* ---- operators.c ---- */

struct value operate(struct render *run, enum expression_kind kind, struct value left, struct value right);
bool contains(struct render *run, struct value item, struct value container);

/* target.key: an entry, a length, an item, a bound method; undefined. */
struct value get_field(struct render *run, struct value target, struct key key);
struct value get_item(struct render *run, struct value target, struct value index);

/* target[from:to:step] as Python means it; undefined or null stand for a bound that is not given. */
struct value get_slice(struct render *run, struct value target, struct value from, struct value to, struct value step);

/* ---- execute.c ---- */

/* Runs a whole template, and what it extends. */
void run_template(struct render *run, const struct template *template, struct context *context, struct frame *frame);

/* ---- loop.c ---- */

void execute_loop(struct scope *scope, const struct statement *statement);

/* ---- template_set.c ---- */

/* The template a running one names; NULL when there is none. A template that does not compile ends the render. */
const struct template *find_template(struct render *run, const struct template *from, struct value name);

#endif
