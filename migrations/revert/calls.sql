-- Revert voygen:calls from pg
begin;

revoke execute on function voygen.call(bigint, bytea, text, text), voygen.call(bigint, bytea, text, bytea), voygen.tools(bigint, bytea) from voygen_gateway;

commit;
