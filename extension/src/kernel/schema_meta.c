/*
 * schema_meta.c: the metaschemas of draft 2020-12, so that a schema can be
 * checked as a value without asking the network.  One document per
 * vocabulary, as the standard cuts them.
 */
#include "schema_inside.h"

#include <string.h>

#define BASE "https://json-schema.org/draft/2020-12/"
#define HEAD(path) "{\"$schema\":\"" BASE "schema\",\"$id\":\"" BASE path "\",\"$dynamicAnchor\":\"meta\","
#define SELF "{\"$dynamicRef\":\"#meta\"}"
#define MAP_OF_SELF "{\"type\":\"object\",\"additionalProperties\":" SELF ",\"default\":{}}"
#define LIST_OF_SELF "{\"type\":\"array\",\"minItems\":1,\"items\":" SELF "}"
#define COUNT "{\"type\":\"integer\",\"minimum\":0}"
#define NAMES "{\"type\":\"array\",\"items\":{\"type\":\"string\"},\"uniqueItems\":true,\"default\":[]}"
#define URI_REFERENCE "{\"type\":\"string\",\"format\":\"uri-reference\"}"
#define ANCHOR "{\"type\":\"string\",\"pattern\":\"^[A-Za-z_][-A-Za-z0-9._]*$\"}"

static const char schema_text[] =
	HEAD("schema") "\"$vocabulary\":{"
				   "\"" BASE "vocab/core\":true,\"" BASE "vocab/applicator\":true,"
				   "\"" BASE "vocab/unevaluated\":true,\"" BASE "vocab/validation\":true,"
				   "\"" BASE "vocab/meta-data\":true,\"" BASE "vocab/format-annotation\":true,"
				   "\"" BASE "vocab/content\":true},"
				   "\"allOf\":[{\"$ref\":\"meta/core\"},{\"$ref\":\"meta/applicator\"},"
				   "{\"$ref\":\"meta/unevaluated\"},{\"$ref\":\"meta/validation\"},{\"$ref\":\"meta/meta-data\"},"
				   "{\"$ref\":\"meta/format-annotation\"},{\"$ref\":\"meta/content\"}],"
				   "\"type\":[\"object\",\"boolean\"],"
				   "\"properties\":{\"definitions\":" MAP_OF_SELF ","
				   "\"dependencies\":{\"type\":\"object\",\"additionalProperties\":"
				   "{\"anyOf\":[" SELF "," NAMES "]},\"default\":{}},"
				   "\"$recursiveAnchor\":" ANCHOR ",\"$recursiveRef\":" URI_REFERENCE "}}";

static const char core_text[] =
	HEAD("meta/core") "\"type\":[\"object\",\"boolean\"],\"properties\":{"
					  "\"$id\":{\"type\":\"string\",\"format\":\"uri-reference\",\"pattern\":\"^[^#]*#?$\"},"
					  "\"$schema\":{\"type\":\"string\",\"format\":\"uri\"},"
					  "\"$ref\":" URI_REFERENCE ",\"$dynamicRef\":" URI_REFERENCE ","
					  "\"$anchor\":" ANCHOR ",\"$dynamicAnchor\":" ANCHOR ","
					  "\"$vocabulary\":{\"type\":\"object\",\"propertyNames\":{\"type\":\"string\",\"format\":\"uri\"},"
					  "\"additionalProperties\":{\"type\":\"boolean\"}},"
					  "\"$comment\":{\"type\":\"string\"},\"$defs\":" MAP_OF_SELF "}}";

static const char applicator_text[] =
	HEAD("meta/applicator") "\"type\":[\"object\",\"boolean\"],\"properties\":{"
							"\"prefixItems\":" LIST_OF_SELF ",\"items\":" SELF ",\"contains\":" SELF ","
							"\"additionalProperties\":" SELF ",\"properties\":" MAP_OF_SELF ","
							"\"patternProperties\":{\"type\":\"object\",\"additionalProperties\":" SELF ","
							"\"propertyNames\":{\"format\":\"regex\"},\"default\":{}},"
							"\"dependentSchemas\":" MAP_OF_SELF ",\"propertyNames\":" SELF ","
							"\"if\":" SELF ",\"then\":" SELF ",\"else\":" SELF ","
							"\"allOf\":" LIST_OF_SELF ",\"anyOf\":" LIST_OF_SELF ",\"oneOf\":" LIST_OF_SELF ","
							"\"not\":" SELF "}}";

static const char unevaluated_text[] =
	HEAD("meta/unevaluated") "\"type\":[\"object\",\"boolean\"],\"properties\":{"
							 "\"unevaluatedItems\":" SELF ",\"unevaluatedProperties\":" SELF "}}";

static const char validation_text[] =
	HEAD("meta/validation") "\"type\":[\"object\",\"boolean\"],\"properties\":{"
							"\"type\":{\"anyOf\":[{\"$ref\":\"#/$defs/simpleTypes\"},"
							"{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/simpleTypes\"},\"minItems\":1,\"uniqueItems\":true}]},"
							"\"const\":true,\"enum\":{\"type\":\"array\",\"items\":true},"
							"\"multipleOf\":{\"type\":\"number\",\"exclusiveMinimum\":0},"
							"\"maximum\":{\"type\":\"number\"},\"exclusiveMaximum\":{\"type\":\"number\"},"
							"\"minimum\":{\"type\":\"number\"},\"exclusiveMinimum\":{\"type\":\"number\"},"
							"\"maxLength\":" COUNT ",\"minLength\":" COUNT ","
							"\"pattern\":{\"type\":\"string\",\"format\":\"regex\"},"
							"\"maxItems\":" COUNT ",\"minItems\":" COUNT ",\"uniqueItems\":{\"type\":\"boolean\",\"default\":false},"
							"\"maxContains\":" COUNT ",\"minContains\":" COUNT ","
							"\"maxProperties\":" COUNT ",\"minProperties\":" COUNT ",\"required\":" NAMES ","
							"\"dependentRequired\":{\"type\":\"object\",\"additionalProperties\":" NAMES "}},"
							"\"$defs\":{\"simpleTypes\":{\"enum\":[\"array\",\"boolean\",\"integer\",\"null\","
							"\"number\",\"object\",\"string\"]}}}";

static const char meta_data_text[] =
	HEAD("meta/meta-data") "\"type\":[\"object\",\"boolean\"],\"properties\":{"
						   "\"title\":{\"type\":\"string\"},\"description\":{\"type\":\"string\"},\"default\":true,"
						   "\"deprecated\":{\"type\":\"boolean\",\"default\":false},\"readOnly\":{\"type\":\"boolean\",\"default\":false},"
						   "\"writeOnly\":{\"type\":\"boolean\",\"default\":false},\"examples\":{\"type\":\"array\",\"items\":true}}}";

static const char format_annotation_text[] =
	HEAD("meta/format-annotation") "\"type\":[\"object\",\"boolean\"],\"properties\":{\"format\":{\"type\":\"string\"}}}";

static const char format_assertion_text[] =
	HEAD("meta/format-assertion") "\"type\":[\"object\",\"boolean\"],\"properties\":{\"format\":{\"type\":\"string\"}}}";

static const char content_text[] =
	HEAD("meta/content") "\"type\":[\"object\",\"boolean\"],\"properties\":{\"contentEncoding\":{\"type\":\"string\"},"
						 "\"contentMediaType\":{\"type\":\"string\"},\"contentSchema\":" SELF "}}";

const char *
jschema_meta_text(const char *uri)
{
	static const struct
	{
		const char *uri;
		const char *text;
	} documents[] = {
		{BASE "schema", schema_text},
		{BASE "meta/core", core_text},
		{BASE "meta/applicator", applicator_text},
		{BASE "meta/unevaluated", unevaluated_text},
		{BASE "meta/validation", validation_text},
		{BASE "meta/meta-data", meta_data_text},
		{BASE "meta/format-annotation", format_annotation_text},
		{BASE "meta/format-assertion", format_assertion_text},
		{BASE "meta/content", content_text},
	};

	for (size_t i = 0; i < sizeof(documents) / sizeof(documents[0]); i++)
		if (strcmp(documents[i].uri, uri) == 0)
			return documents[i].text;
	return NULL;
}
