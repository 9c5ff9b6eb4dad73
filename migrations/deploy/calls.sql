-- Deploy voygen:calls to pg
-- The gateway may open the door and ask what lies behind it; everything else it reaches through that door.
begin;

grant execute on function voygen.call(bigint, bytea, text, text), voygen.call(bigint, bytea, text, bytea),
  voygen.tools(bigint, bytea) to voygen_gateway;

commit;
