-- Letters and proposals a new agency begins with. Where a default says Demo Agency, the agency that gets the template puts its own name.
delete from voygen.starter_data where kind = 'template';

insert into voygen.starter_data (kind, name, body)
select 'template', t.name, jsonb_build_object('aliases', t.aliases, 'title', t.title, 'category', t.category, 'format', t.format, 'description', t.description, 'content', t.content,
                                              'variables_schema', t.variables_schema, 'default_values', t.default_values, 'usage_examples', t.usage_examples)
from (values

('client-welcome-email', array['client-welcome'], 'Welcome to a new client', 'client-communication', 'text', 'First letter after an enquiry: what was understood, and when the client hears more.',
$text$Subject: Your {trip_type} to {destination}

Dear {client_name},

thank you for asking us about {destination}. This is what we have noted:

- Where: {destination}
- When: {travel_dates}
- Who: {traveler_count}
{{#if budget_range}}- Budget: {budget_range}
{{/if}}
Is something missing or wrong? An answer to this letter is enough.

You will hear from us within {followup_timeframe} with first ideas.

Kind regards
{agent_name}
{agency_name}
{{#if contact_info}}{contact_info}
{{/if}}$text$,
$json${
  "type": "object",
  "properties": {
    "client_name": {"type": "string", "minLength": 1, "description": "How the client is addressed"},
    "destination": {"type": "string", "minLength": 1, "description": "Place or places of the trip"},
    "agent_name": {"type": "string", "minLength": 1, "description": "Who signs"},
    "trip_type": {"type": "string", "description": "Kind of trip: honeymoon, family holiday"},
    "travel_dates": {"type": "string", "description": "Dates as the client said them"},
    "traveler_count": {"type": "string", "description": "Who travels: 2 adults"},
    "budget_range": {"type": "string", "description": "What the client wants to spend; left out when unknown"},
    "followup_timeframe": {"type": "string", "description": "When the client hears more"},
    "agency_name": {"type": "string", "description": "Name of the agency"},
    "contact_info": {"type": "string", "description": "Telephone and address of the agent"}
  },
  "required": ["client_name", "destination", "agent_name"],
  "additionalProperties": false
}$json$::jsonb,
$json${"trip_type": "trip", "travel_dates": "dates to be agreed", "traveler_count": "party to be agreed", "budget_range": "", "followup_timeframe": "24-48 hours",
  "agency_name": "Demo Agency", "agent_name": "Your travel advisor", "contact_info": ""}$json$::jsonb,
$json$[
  {"name": "Two adults to Santorini",
   "variables": {"client_name": "Demo Client", "destination": "Santorini", "agent_name": "Demo Agent", "trip_type": "anniversary trip", "travel_dates": "June 15-22 2025",
                 "traveler_count": "2 adults", "budget_range": "$8,000-$12,000", "contact_info": "+1 555 0100"}},
  {"name": "Only what is required", "variables": {"client_name": "Demo Client", "destination": "Lisbon", "agent_name": "Demo Agent"}}
]$json$::jsonb),

('three-tier-proposal', array['proposal-template'], 'Proposal with three offers', 'proposals', 'markdown', 'One trip in three ways: classic, premium and luxury.',
$text$# {destination} for {client_name}

{travel_dates} · {traveler_count} travelling

You can travel in three ways. Each price is for all travellers together.

## Classic: ${classic_price}

{classic_description}

- Included: {classic_inclusions}
- Hotels: {classic_hotels}
- To do: {classic_activities}

## Premium: ${premium_price}

{premium_description}

- Included: {premium_inclusions}
- Hotels: {premium_hotels}
- To do: {premium_activities}

## Luxury: ${luxury_price}

{luxury_description}

- Included: {luxury_inclusions}
- Hotels: {luxury_hotels}
- To do: {luxury_activities}

## What comes next

Tell us which one speaks to you, or what you would take from another. Prices hold until the hotels change them; we check again before you book.

{agent_signature}
$text$,
(select jsonb_build_object('type', 'object',
   'properties', $json${
     "client_name": {"type": "string", "minLength": 1, "description": "For whom the proposal is"},
     "destination": {"type": "string", "minLength": 1, "description": "Place or places of the trip"},
     "travel_dates": {"type": "string", "minLength": 1, "description": "Dates of the trip"},
     "traveler_count": {"type": ["string", "integer"], "description": "Who travels"},
     "agent_signature": {"type": "string", "description": "Lines the proposal ends with"}
   }$json$::jsonb || jsonb_object_agg(tier || '_' || part, definition),
   'required', '["client_name", "destination", "travel_dates", "traveler_count"]'::jsonb,
   'additionalProperties', false)
 from unnest(array['classic', 'premium', 'luxury']) as tier,
      (values ('price', '{"type": "number", "minimum": 0, "description": "Price for all travellers"}'::jsonb),
              ('description', '{"type": "string", "description": "What sets this offer apart"}'),
              ('inclusions', '{"type": "string", "description": "What the price covers"}'),
              ('hotels', '{"type": "string", "description": "Hotels of this offer"}'),
              ('activities', '{"type": "string", "description": "Tours and tickets of this offer"}')) as parts (part, definition)),
(select '{"agent_signature": "Kind regards\nYour travel advisor\nDemo Agency\nAn answer to this letter reaches us at any time."}'::jsonb || jsonb_object_agg(tier || '_' || part, text)
 from (values ('classic'), ('premium'), ('luxury')) as tiers (tier),
      (values ('price', to_jsonb(0)), ('description', to_jsonb('Details on request.'::text)), ('inclusions', to_jsonb('on request'::text)),
              ('hotels', to_jsonb('on request'::text)), ('activities', to_jsonb('on request'::text))) as parts (part, text)
 where part <> 'price'),
$json$[
  {"name": "Costa Rica for two",
   "variables": {"client_name": "Demo Clients", "destination": "Costa Rica", "travel_dates": "March 1-9 2026", "traveler_count": 2,
                 "classic_price": 4500, "classic_description": "Well-kept hotels close to the parks.", "classic_inclusions": "hotels, breakfast, shuttle",
                 "classic_hotels": "three-star lodges", "classic_activities": "hanging bridges",
                 "premium_price": 6750, "premium_description": "Rooms with a view of the volcano.", "premium_inclusions": "hotels, breakfast, private transfers",
                 "premium_hotels": "four-star resorts", "premium_activities": "hanging bridges, hot springs",
                 "luxury_price": 9500, "luxury_description": "Villas with a pool of their own.", "luxury_inclusions": "villas, all meals, private driver",
                 "luxury_hotels": "five-star villas", "luxury_activities": "private guide, hot springs, catamaran"}}
]$json$::jsonb),

('followup-email', array[]::text[], 'Following up', 'client-communication', 'text', 'A friendly reminder of a proposal, with one clear next step.',
$text$Subject: Your {proposal_type} for {destination}

Dear {client_name},

{followup_message}

{{#if travel_dates}}Your dates: {travel_dates}{traveler_count?', '+traveler_count:''}
{{/if}}{{#if proposal_date}}Sent to you: {proposal_date}
{{/if}}
{call_to_action}

Kind regards
{agent_name}
$text$,
$json${
  "type": "object",
  "properties": {
    "client_name": {"type": "string", "minLength": 1, "description": "How the client is addressed"},
    "destination": {"type": "string", "minLength": 1, "description": "Place or places of the trip"},
    "followup_message": {"type": "string", "minLength": 1, "description": "Why we write"},
    "call_to_action": {"type": "string", "minLength": 1, "description": "What the client can do next"},
    "proposal_type": {"type": "string", "description": "What was sent"},
    "proposal_date": {"type": "string", "description": "When it was sent"},
    "travel_dates": {"type": "string", "description": "Dates of the trip"},
    "traveler_count": {"type": "string", "description": "Who travels"},
    "agent_name": {"type": "string", "description": "Who signs"}
  },
  "required": ["client_name", "destination", "followup_message", "call_to_action"],
  "additionalProperties": false
}$json$::jsonb,
$json${"proposal_type": "travel proposal", "proposal_date": "", "travel_dates": "", "traveler_count": "", "agent_name": "Your travel advisor"}$json$::jsonb,
$json$[
  {"name": "A week after a proposal for Japan",
   "variables": {"client_name": "Demo Client", "destination": "Japan", "followup_message": "A week ago we sent you our ideas for Kyoto and Tokyo. Have you had time to look at them?",
                 "call_to_action": "Shall we talk on Thursday? Tell us an hour that suits you.", "proposal_date": "September 2 2025", "travel_dates": "April 2026", "traveler_count": "2 adults"}}
]$json$::jsonb)

) as t (name, aliases, title, category, format, description, content, variables_schema, default_values, usage_examples);
