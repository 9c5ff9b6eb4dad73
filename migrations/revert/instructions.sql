-- Revert voygen:instructions from pg
begin;

do $$
begin
  if exists (select from voygen.adopted where kind = 'table' and name = 'voygen.instruction_sets') then
    delete from voygen.adopted
    where kind = 'table' and name = 'voygen.instruction_sets';
  else
    drop table voygen.instruction_sets;
  end if;
end
$$;

commit;
