-- Chains a new agency begins with. Every instruction set and template they name is starter data too.
delete from voygen.starter_data where kind = 'chain';

insert into voygen.starter_data (kind, name, body)
values
('chain', 'mobile-lead-processing', $json${
  "aliases": [],
  "title": "From a client's message to a welcome letter",
  "description": "Takes a message about a new trip apart, makes the client, writes the welcome letter and sets the first follow-up.",
  "category": "lead-processing",
  "variables_schema": {
    "type": "object",
    "properties": {
      "raw_lead_message": {"type": "string", "minLength": 10, "description": "The message as it came in"},
      "agent_name": {"type": "string", "description": "Who looks after the lead"},
      "agency_name": {"type": "string", "description": "Name of the agency"},
      "source_channel": {"type": "string", "enum": ["whatsapp", "sms", "telegram", "email", "phone"], "description": "How the message came in"}
    },
    "required": ["raw_lead_message"],
    "additionalProperties": false
  },
  "default_variables": {"agent_name": "Your travel advisor", "agency_name": "Demo Agency"},
  "output_schema": {
    "type": "object",
    "properties": {
      "client_id": {"type": ["string", "integer"]},
      "welcome_email": {"type": "string"},
      "followup_id": {"type": ["string", "integer"]}
    },
    "required": ["client_id", "welcome_email"]
  },
  "configuration": {"rollback_enabled": true, "max_execution_time": 300000, "save_intermediate_results": true},
  "steps": [
    {"id": "extract_lead_data", "name": "Take the message apart", "type": "instruction_set", "instruction_set": "mobile-mode",
     "description": "Names, destination, dates, party and budget, as far as the message says them.",
     "required_variables": ["raw_lead_message"],
     "output_variables": ["client_name", "destination", "travel_dates", "traveler_count", "budget_range", "trip_type"],
     "on_failure": "fail"},
    {"id": "create_client_profile", "name": "Make or find the client", "type": "tool_call", "tool": "create_client", "instruction_set": "database-operations",
     "description": "A client who is there already is taken, not doubled.",
     "required_variables": ["client_name"], "output_variables": ["client_id"], "depends_on": ["extract_lead_data"],
     "retry_config": {"max_retries": 3, "strategy": "exponential", "backoff_ms": 500},
     "rollback_action": {"tool": "archive_client", "arguments": {"client_id": "{client_id}"}}, "on_failure": "fail"},
    {"id": "generate_welcome_email", "name": "Write the welcome letter", "type": "template_processing", "template": "client-welcome-email",
     "description": "What is unknown stays out of the letter.",
     "required_variables": ["client_name", "destination", "agent_name"], "output_variables": ["welcome_email"], "depends_on": ["extract_lead_data"], "on_failure": "warn"},
    {"id": "schedule_followup", "name": "Set the first follow-up", "type": "instruction_set", "instruction_set": "activity-logging",
     "description": "Within 24 hours of a new lead.",
     "required_variables": ["client_id"], "output_variables": ["followup_id"], "depends_on": ["create_client_profile"], "on_failure": "warn"}
  ]
}$json$),

('chain', 'proposal-generation-workflow', $json${
  "aliases": ["proposal-generation"],
  "title": "From wishes to a proposal with three offers",
  "description": "Gathers what the client wants, looks for offers, sets the three budgets and writes the proposal.",
  "category": "proposal-generation",
  "variables_schema": {
    "type": "object",
    "properties": {
      "client_name": {"type": "string", "minLength": 1, "description": "For whom the proposal is"},
      "destination": {"type": "string", "minLength": 1, "description": "Place or places of the trip"},
      "travel_dates": {"type": "string", "minLength": 1, "description": "Dates of the trip"},
      "traveler_count": {"type": ["string", "integer"], "description": "Who travels"},
      "budget_range": {"type": ["string", "number"], "description": "What the client wants to spend"},
      "special_requirements": {"type": "string", "description": "What must be thought of"}
    },
    "required": ["client_name", "destination", "travel_dates", "traveler_count", "budget_range"],
    "additionalProperties": false
  },
  "default_variables": {"special_requirements": ""},
  "output_schema": {"type": "object", "properties": {"proposal_document": {"type": "string"}}, "required": ["proposal_document"]},
  "configuration": {"rollback_enabled": false, "max_execution_time": 300000, "save_intermediate_results": true},
  "steps": [
    {"id": "gather_requirements", "name": "Gather what is wanted", "type": "instruction_set", "instruction_set": "three-tier-pricing",
     "description": "What each of the three offers must have.",
     "required_variables": ["client_name", "destination", "travel_dates", "traveler_count", "budget_range"], "output_variables": ["requirements"], "on_failure": "fail"},
    {"id": "research_options", "name": "Look for offers", "type": "instruction_set", "instruction_set": "tool-reference",
     "description": "Hotels and activities per tier, from what is available.",
     "required_variables": ["requirements"],
     "output_variables": ["classic_hotels", "premium_hotels", "luxury_hotels", "classic_activities", "premium_activities", "luxury_activities"],
     "depends_on": ["gather_requirements"], "retry_config": {"max_retries": 3, "strategy": "exponential", "backoff_ms": 1000, "jitter": true}, "on_failure": "warn"},
    {"id": "calculate_tiers", "name": "Set the three budgets", "type": "data_transformation",
     "description": "Classic is 75 %, premium 110 % and luxury 175 % of the budget.",
     "transform": {"base": "{budget_range}", "outputs": {"classic_price": 0.75, "premium_price": 1.10, "luxury_price": 1.75}},
     "required_variables": ["budget_range"], "output_variables": ["classic_price", "premium_price", "luxury_price"], "depends_on": ["gather_requirements"], "on_failure": "fail"},
    {"id": "generate_proposal", "name": "Write the proposal", "type": "template_processing", "template": "three-tier-proposal",
     "description": "One document with the three offers.",
     "required_variables": ["client_name", "destination", "travel_dates", "traveler_count"], "output_variables": ["proposal_document"],
     "depends_on": ["research_options", "calculate_tiers"], "on_failure": "fail"}
  ]
}$json$),

('chain', 'client-followup-sequence', $json${
  "aliases": [],
  "title": "Following up a proposal",
  "description": "Looks how the client answered, chooses the tone, writes the letter and sets the next date.",
  "category": "client-followup",
  "variables_schema": {
    "type": "object",
    "properties": {
      "client_id": {"type": ["string", "integer"], "description": "Number or slug of the client"},
      "client_name": {"type": "string", "minLength": 1, "description": "How the client is addressed"},
      "proposal_sent_date": {"type": "string", "format": "date", "description": "When the proposal went out"},
      "destination": {"type": "string", "minLength": 1, "description": "Place or places of the trip"}
    },
    "required": ["client_id", "client_name", "proposal_sent_date", "destination"],
    "additionalProperties": false
  },
  "default_variables": {},
  "output_schema": {
    "type": "object",
    "properties": {"followup_email": {"type": "string"}, "next_followup_date": {"type": "string", "format": "date"}},
    "required": ["followup_email"]
  },
  "configuration": {"rollback_enabled": false, "max_execution_time": 180000, "save_intermediate_results": true},
  "steps": [
    {"id": "check_response_status", "name": "See how the client answered", "type": "tool_call", "tool": "find_trips", "instruction_set": "database-operations",
     "description": "Status of the client's trips and proposals.",
     "required_variables": ["client_id"], "output_variables": ["response_status", "days_since_proposal"], "on_failure": "warn"},
    {"id": "determine_followup_type", "name": "Choose the tone", "type": "instruction_set", "instruction_set": "workflows",
     "description": "More than 7 days without an answer: medium, 14: high, 21: urgent.",
     "required_variables": ["proposal_sent_date"], "output_variables": ["followup_message", "call_to_action"], "depends_on": ["check_response_status"], "on_failure": "fail"},
    {"id": "generate_followup_email", "name": "Write the letter", "type": "template_processing", "template": "followup-email",
     "description": "One reason to write, one thing to do.",
     "required_variables": ["client_name", "destination", "followup_message", "call_to_action"], "output_variables": ["followup_email"],
     "depends_on": ["determine_followup_type"], "on_failure": "fail"},
    {"id": "schedule_next_followup", "name": "Set the next date", "type": "instruction_set", "instruction_set": "activity-logging",
     "description": "3, 7 or 14 days from now.",
     "required_variables": ["client_id"], "output_variables": ["next_followup_date"], "depends_on": ["generate_followup_email"], "on_failure": "warn"}
  ]
}$json$);
