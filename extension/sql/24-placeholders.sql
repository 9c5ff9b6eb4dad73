-- Texts with placeholders, filled in and checked.

create function voygen.placeholders_render(
  template text, written text, output text, variables_schema jsonb, default_values jsonb, context jsonb, variables jsonb, template_name text,
  out content text, out variables_used text[], out defaults_applied text[], out warnings text[])
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'voygen_placeholders_render';
comment on function voygen.placeholders_render(text, text, text, jsonb, jsonb, jsonb, jsonb, text) is
  'Fills in a template of kind "written" (text, html, markdown, json; null: text) as "output" (null: the same). Variables go before context, context before defaults. An error names a fault of the template by template_name, or as /content when that is null.';

create function voygen.placeholders_check(
  template text, variables_schema jsonb, default_values jsonb,
  out variables text[], out undefined text[], out unused text[], out remarks text[])
  language c immutable parallel safe
  as 'MODULE_PATHNAME', 'voygen_placeholders_check';
comment on function voygen.placeholders_check(text, jsonb, jsonb) is
  'Compiles a template: the variables it uses, of these the ones its schema does not know, those of the schema it does not use, and what looks like a slip. What cannot be compiled is an error with line and column.';
